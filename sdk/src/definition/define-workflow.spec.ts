import { z } from 'zod';
import { validateDefinition, validateWorkflow } from '../../../src/workflow/index.js';
import { action, cel, defineWorkflow } from './index.js';

const request = action('http.request', {
  input: z.object({
    url: z.string(),
    retries: z.number().default(0),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  output: z.object({ status: z.number(), body: z.object({ items: z.array(z.string()) }) }),
});
const save = action('files.write', {
  input: z.object({ text: z.string(), lines: z.number().optional() }),
  output: z.object({ ok: z.boolean() }),
});

const report = defineWorkflow({
  id: 'report',
  on: { event: [{ type: 'report.wanted' }] },
  input: z.object({ url: z.string() }),
  steps: (begin) =>
    begin
      .step('fetch', ({ input }) => ({ uses: request, with: { url: input.url } }))
      .step('log', { uses: 'log.write', with: { message: 'a plain step' } })
      .step('store', ({ steps }) => ({
        uses: save,
        needs: ['fetch'],
        if: cel`${steps.fetch.output.status} == ${200} && ${'a"b'} != ''`,
        with: { text: `First: ${steps.fetch.output.body.items[0]}`, lines: steps.fetch.output.status },
        timeout: '10s',
      })),
  output: ({ steps }) => ({ ok: steps.store.output.ok, log: steps.log.output }),
});

describe('defineWorkflow', () => {
  it('is the same object that a file gives, its version too', () => {
    const file = `
id: report
on: { event: [{ type: report.wanted }] }
input: { type: object, properties: { url: { type: string } }, required: [url] }
steps:
  fetch: { uses: http.request, with: { url: "\${{ input.url }}" } }
  log: { uses: log.write, with: { message: a plain step } }
  store:
    uses: files.write
    needs: [fetch]
    if: \${{ steps.fetch.output.status == 200 && "a\\"b" != '' }}
    with: { text: "First: \${{ steps.fetch.output.body.items[0] }}", lines: "\${{ steps.fetch.output.status }}" }
    timeout: 10s
output: { ok: "\${{ steps.store.output.ok }}", log: "\${{ steps.log.output }}" }
`;
    const { plan, problems } = validateWorkflow(file);
    expect(problems).toEqual([]);
    expect(report).toEqual(plan!.definition);
    expect(validateDefinition(report).plan!.version).toBe(plan!.version);
  });

  it('takes steps as a file has them, too, and freezes what it makes', () => {
    const steps = { s: { uses: 'a.b', with: { list: [1, { x: null }] } } };
    const made = defineWorkflow({ id: 'plain', steps, output: '${{ steps.s.output }}' });
    expect(made).toEqual({ id: 'plain', steps, output: '${{ steps.s.output }}' });
    expect(Object.isFrozen((made.steps['s'] as { with: object }).with)).toBe(true);
  });

  it('names members that are no identifiers', () => {
    const { output } = defineWorkflow({
      id: 'names',
      steps: { s: { uses: 'a.b' } },
      output: ({ event }) => [cel`${(event as never as Record<string, unknown>)['content-type']}`],
    });
    expect(output).toEqual(['${{ event["content-type"] }}']);
  });

  it('refuses two steps of one name, and what is no JSON', () => {
    expect(() =>
      defineWorkflow({ id: 'a', steps: (begin) => begin.step('s', { uses: 'a.b' }).step('s', { uses: 'a.b' }) }),
    ).toThrow('two steps "s"');
    expect(() => defineWorkflow({ id: 'a', steps: { s: { uses: 'a.b', with: { f: () => 1 } } } })).toThrow('is not');
  });
});

/** Checked by the compiler, in `npm run verify` and in test/workflow-types.e2e-spec.ts; never run. */
export function typesThatMustNotCompile(): void {
  defineWorkflow({
    id: 'types',
    input: z.object({ name: z.string() }),
    steps: (begin) =>
      begin
        .step('fetch', { uses: request, with: { url: 'a', headers: '${{ input.headers }}' } })
        // @ts-expect-error the url is missing
        .step('e1', { uses: request, with: {} })
        // @ts-expect-error retries is a number
        .step('e2', { uses: request, with: { url: 'a', retries: 'three' } })
        // @ts-expect-error the action takes no such thing
        .step('e3', { uses: request, with: { url: 'a', body: 'x' } })
        // @ts-expect-error the output has no such member
        .step('e4', ({ steps }) => ({ uses: save, with: { text: steps.fetch.output.nothing } }))
        // @ts-expect-error a number where text belongs
        .step('e5', ({ steps }) => ({ uses: save, with: { text: steps.fetch.output.status } }))
        // @ts-expect-error no step of that name came before
        .step('e6', { uses: save, needs: ['later'], with: { text: 'x' } })
        // @ts-expect-error no step of that name came before
        .step('e7', ({ steps }) => ({ uses: save, with: { text: steps.later.output } }))
        // @ts-expect-error the input has no such member
        .step('e8', ({ input }) => ({ uses: save, with: { text: input.nothing } }))
        // @ts-expect-error a step does something
        .step('e9', { needs: ['fetch'] })
        .step('each', ({ steps }) => ({
          uses: save,
          forEach: steps.fetch.output.body.items,
          with: { text: '${{ item }}' },
        }))
        .step('sum', ({ steps }) => ({ uses: 'a.b', with: { first: steps.each.output[0]!.ok } }))
        // @ts-expect-error the output of a step for each item is a list
        .step('e11', ({ steps }) => ({ uses: 'a.b', with: { first: steps.each.output.ok } }))
        .step('any', { uses: 'a.b', with: { anything: 1 } })
        // @ts-expect-error nobody knows what the output of a name holds
        .step('e10', ({ steps }) => ({ uses: save, with: { text: steps.any.output.text } })),
    // @ts-expect-error no such step
    output: ({ steps }) => steps.nobody.output,
  });
  // @ts-expect-error a workflow has steps
  defineWorkflow({ id: 'types' });
  // @ts-expect-error no such key
  defineWorkflow({ id: 'types', step: {}, steps: {} });
}
