import type { WorkflowDefinition } from '@commandcenter/sdk/definition';
import type { Problem } from '../errors/index.js';
import { compileConditionWith } from './expression/condition.js';
import type { Expression } from './expression/expression.js';
import type { Complaint } from './expression/references.js';
import { compileTemplateWith } from './expression/template.js';
import { RUN_NAMES } from './grammar/expressions.js';
import { pathText, type Path } from './grammar/path.js';
import type { Condition, EventCondition, Template } from './plan.js';

/** Compiles the expressions of one definition and gathers what is wrong with them. */
export class Builder {
  constructor(
    private readonly problems: Problem[],
    readonly stepTimeoutMs: number,
    readonly defaults: NonNullable<WorkflowDefinition['defaults']>,
  ) {}

  template(value: unknown, names: readonly string[], path: Path): Template {
    return compileTemplateWith(value, {
      names,
      where: pathText(path),
      complain: (complaint, inner) => this.problem([...path, ...inner], complaint),
    });
  }

  condition(source: string | boolean, path: Path): Condition {
    return this.#condition(source, path, true);
  }

  /** Of a step that waits for an event. */
  eventCondition(source: string | boolean, path: Path): EventCondition {
    let expression: Expression | undefined;
    const condition = this.#condition(source, path, false, (seen) => (expression = seen));
    const reads = (expression?.references ?? []).filter(({ name }) => name !== 'event');
    return {
      condition,
      reads: reads.map(({ name, path: keys }) => [name, ...keys]),
      correlation: expression?.correlation('event'),
    };
  }

  problem(path: Path, { message, code }: Complaint): void {
    this.problems.push({ path: pathText(path), message, code: code ?? 'CC_EXPRESSION_INVALID' });
  }

  #condition(
    source: string | boolean,
    path: Path,
    statusFunctions: boolean,
    seen?: (expression: Expression) => void,
  ): Condition {
    return compileConditionWith(source, {
      names: RUN_NAMES,
      where: pathText(path),
      statusFunctions,
      complain: (complaint) => this.problem(path, complaint),
      ...(seen && { seen }),
    });
  }
}
