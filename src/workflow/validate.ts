import type { WorkflowDefinition } from '@commandcenter/sdk/definition';
import type { Problem } from '../errors/index.js';
import { compile, type CompileOptions } from './compile.js';
import { checkDefinition, type CheckOptions } from './grammar/check.js';
import { EnoughProblems, Report } from './grammar/report.js';
import { Source } from './grammar/source.js';
import type { Plan } from './plan.js';
import { versionOf } from './version.js';

export interface ValidateOptions extends CheckOptions, CompileOptions {
  /** Name of the file, for the caller's own messages; problems carry paths and positions only. */
  readonly file?: string;
}

export interface Validated {
  /** When there are no problems. */
  readonly plan?: Plan;
  readonly problems: readonly Problem[];
}

/** Reads, checks and compiles a workflow written in YAML or JSON. Reports everything that is wrong at once. */
export function validateWorkflow(text: string, options: ValidateOptions = {}): Validated {
  const { source, problems } = Source.read(text);
  if (source === undefined) return { problems };
  return check(source.value, new Report((path, place) => source.positionOf(path, place)), options);
}

/** The same for a definition built in code, which has no positions. */
export function validateDefinition(definition: unknown, options: CheckOptions & CompileOptions = {}): Validated {
  return check(definition, new Report(), options);
}

function check(value: unknown, report: Report, options: CheckOptions & CompileOptions): Validated {
  try {
    checkDefinition(value, report, options);
  } catch (error) {
    if (!(error instanceof EnoughProblems)) throw error;
    const message = 'there may be more problems than these; the check ended here';
    return { problems: [...report.problems, { path: '', message }] };
  }
  if (!report.ok) return { problems: report.problems };
  const definition = value as WorkflowDefinition;
  return { plan: compile(definition, versionOf(definition), options), problems: [] };
}
