import { PluginFolder } from '../plugin-folder.js';
import { type Canary } from './canary.js';

/** An agent that tells secrets wherever an agent can tell anything, in every spelling. */
const teller = `
  const ways = (value) => ({
    plain: value, json: JSON.stringify(value), twice: JSON.stringify(JSON.stringify(value)),
    url: encodeURIComponent(value), form: new URLSearchParams({ v: value }).toString(),
    base64: Buffer.from(value).toString('base64'), base64url: Buffer.from(value).toString('base64url'),
    basic: Buffer.from('user:' + value).toString('base64'), ['key ' + value]: 1,
  });
  class Teller {
    async tell({ value }, ctx) {
      ctx.logger.info('it is ' + value, { token: value, ...ways(value) });
      ctx.logger.error(JSON.stringify(ways(value)));
      new nest.Logger('teller').warn('past the step log: ' + value);
      ctx.progress(0.5, 'so far ' + value);
      ctx.cost(0.01, value);
      ctx.emit({ type: 'told', subject: 'about ' + value, data: { value, ...ways(value) } });
      return { value, nested: [ways(value)] };
    }
    /** By itself, with what it was granted. */
    async ask({ name }, ctx) { return this.tell({ value: ctx.secret(name) }, ctx); }
    fail({ value, again }) {
      const cause = new Error('caused by ' + value);
      const options = { cause };
      throw again ? new sdk.RetryableError('again: ' + JSON.stringify(ways(value)), options) : new sdk.TerminalError('no: ' + value, options);
    }
    crash({ value }) { const error = new TypeError('bad ' + value); error.stack = 'TypeError at ' + value; error.name = 'Bad' + value; throw error; }
    odd({ value }) { const loop = { [value]: value }; loop.self = loop; return loop; }
  }
  sdk.Agent({ id: 'teller', title: 'Teller' })(Teller);
  for (const name of ['tell', 'ask', 'fail', 'crash', 'odd']) action(Teller, name, {});`;

/** A folder a hub starts in; a run of \`all\` has every canary flow through every way there is. */
export function canarySite(canaries: readonly Canary[], others: readonly string[]): PluginFolder {
  const folder = new PluginFolder();
  const names = canaries.map(({ name }) => name);
  const use = folder.plugin('teller', '{ agents: [Teller] }', teller);
  folder.write('commandcenter.yaml', {
    plugins: [{ use: 'http', options: { allowPrivate: true } }, { use: 'transform' }, { use, secrets: names }],
    workflows: ['workflows'],
    secrets: [...names, ...others],
  });
  const of = (name: string) => `\${{ secrets.${name} }}`;
  const each = Object.fromEntries(
    names.flatMap((name) => {
      const id = name.toLowerCase();
      const step = (action: string, input: object, more: object = {}) => [
        `${id}_${action.replace('.', '_')}`,
        { uses: action, with: input, continueOnError: true, ...more },
      ];
      return [
        step('teller.tell', { value: of(name) }),
        step('teller.ask', { name }),
        step('teller.crash', { value: of(name) }, { retry: { attempts: 1 } }),
        step('teller.odd', { value: of(name) }, { retry: { attempts: 1 } }),
        step('teller.fail', { value: of(name), again: true }, { retry: { attempts: 2, delay: '10ms' } }),
        step('transform.value', { value: { a: of(name), ['b']: [of(name)] } }),
        step('http.request', {
          url: `\${{ input.url }}/echo?q=${of(name)}`,
          method: 'POST',
          headers: { 'x-secret': '${{ input.header }}' },
          body: { token: of(name), text: `the token is ${of(name)}` },
        }),
      ];
    }),
  );
  folder.write('workflows/all.json', { id: 'all', steps: each });
  const last = names.map((name) => [name.toLowerCase(), { uses: 'teller.fail', with: { value: of(name) } }]);
  folder.write('workflows/fails.json', { id: 'fails', steps: Object.fromEntries(last) });
  folder.write('workflows/hears.json', {
    id: 'hears',
    on: { event: [{ type: 'told', input: '${{ event.data }}' }] },
    steps: { keep: { uses: 'transform.value', with: { value: '${{ input }}' } } },
  });
  return folder;
}
