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
  map({ items, expression }: ListInput, ctx: ActionContext): unknown[] {
    return items.map((item, index) => ctx.evaluate(expression, { item, index }));
  }

  @Action({ id: 'filter', title: 'Filter a list', input: ListInput, output: ListOutput })
  filter({ items, expression }: ListInput, ctx: ActionContext): unknown[] {
    return items.filter((item, index) => {
      const keep = ctx.evaluate(expression, { item, index });
      if (typeof keep === 'boolean') return keep;
      throw new TerminalError(
        `transform.filter: "${expression}" gave ${typeof keep} for items[${index}]; a filter must answer true or false`,
      );
    });
  }
}
