import { setImmediate as endOfTurn } from 'node:timers/promises';
import { Action, type ActionContext, Agent, TerminalError } from '@commandcenter/sdk';
import { z } from 'zod';

/** As many as the hub lets one comprehension see: a longer list belongs into more than one step. */
export const maxItems = 1_000;

const ValueInput = z.strictObject({ value: z.unknown() });
const ValueOutput = z.unknown();
const ListInput = z.strictObject({
  items: z.array(z.unknown()).max(maxItems),
  expression: z.string().min(1).meta({ description: 'CEL over `item` and `index`, without ${{ }}' }),
});
const ListOutput = z.array(z.unknown());

type ValueInput = z.infer<typeof ValueInput>;
type ListInput = z.infer<typeof ListInput>;

@Agent({ id: 'transform', title: 'Transform', description: 'Shapes data between steps; touches nothing outside.' })
export class TransformAgent {
  @Action({ id: 'value', title: 'Give a value', input: ValueInput, output: ValueOutput })
  value(input: ValueInput): unknown {
    return input.value;
  }

  @Action({ id: 'map', title: 'Map a list', input: ListInput, output: ListOutput })
  async map({ items, expression }: ListInput, ctx: ActionContext): Promise<unknown[]> {
    const results: unknown[] = [];
    for await (const { result } of evaluated(items, expression, ctx)) results.push(result);
    return results;
  }

  @Action({ id: 'filter', title: 'Filter a list', input: ListInput, output: ListOutput })
  async filter({ items, expression }: ListInput, ctx: ActionContext): Promise<unknown[]> {
    const kept: unknown[] = [];
    for await (const { item, index, result } of evaluated(items, expression, ctx)) {
      if (typeof result !== 'boolean') {
        throw new TerminalError(
          `transform.filter: "${expression}" gave ${typeof result} for items[${index}]; a filter must answer true or false`,
        );
      }
      if (result) kept.push(item);
    }
    return kept;
  }
}

/** How long other work of the hub may wait for us, ms. One expression takes 200 at most, but there are a thousand. */
const turnMs = 20;

async function* evaluated(items: readonly unknown[], expression: string, ctx: ActionContext) {
  let turnEndsAt = performance.now() + turnMs;
  for (const [index, item] of items.entries()) {
    if (performance.now() > turnEndsAt) {
      await endOfTurn();
      ctx.signal.throwIfAborted();
      turnEndsAt = performance.now() + turnMs;
    }
    yield { item, index, result: ctx.evaluate(expression, { item, index }) };
  }
}
