import { PluginFolder } from '../plugin-folder.js';

/**
 * `say` writes a line of log; `wait` takes its time first; `leak` tells the hub's log, past what is made for plugins, and
 * fails; `spell` asks `url` with the token in its address, in every way that people write such an address.
 */
const teller = `
  import http from 'node:http';
  import { setTimeout as delay } from 'node:timers/promises';
  const get = (url) => new Promise((done, failed) => http.get(url, (answer) => answer.resume().on('end', done)).on('error', failed));
  class Teller {
    say({ text }, ctx) { ctx.logger.info(text); return text; }
    async wait({ ms }, ctx) { await delay(ms, undefined, { signal: ctx.signal }); ctx.logger.info('waited'); return ms; }
    leak({ text }) { new nest.Logger('teller').warn('it is ' + text); throw new sdk.TerminalError('because of ' + text); }
    async spell({ url, token }) {
      const form = new URLSearchParams({ key: token });
      for (const ask of [get, fetch]) {
        await ask(url + '/' + token + '?key=' + token);
        await ask(url + '/' + encodeURIComponent(token) + '?' + form);
      }
    }
  }
  sdk.Agent({ id: 'teller', title: 'Teller' })(Teller);
  for (const name of ['say', 'wait', 'leak', 'spell']) action(Teller, name, {});`;

const workflows = {
  /** Three spans and a line of log. */
  chain: {
    steps: {
      a: { uses: 'teller.say', with: { text: 'this is ${{ run.id }}' } },
      b: { needs: ['a'], uses: 'transform.value', with: { value: '${{ steps.a.output }}' } },
    },
  },
  /** One span beside its own, one line of log, a second later. */
  slow: { steps: { a: { uses: 'teller.wait', with: { ms: 1_000 } } } },
  /** Says a secret in every place that leaves the process. */
  leaks: {
    steps: {
      asks: { uses: 'http.request', with: { url: '${{ input.url }}/${{ secrets.API_TOKEN }}?key=${{ secrets.API_TOKEN }}' } },
      tells: { needs: ['asks'], uses: 'teller.leak', with: { text: '${{ secrets.API_TOKEN }}' } },
    },
  },
  spells: {
    steps: {
      odd: { uses: 'teller.spell', with: { url: '${{ input.url }}', token: '${{ secrets.ODD_TOKEN }}' } },
      rotated: { uses: 'teller.spell', with: { url: '${{ input.url }}', token: '${{ secrets.FILE_TOKEN }}' } },
    },
  },
  heard: { on: { event: [{ type: 'told' }] }, steps: { a: { uses: 'transform.value', with: { value: 1 } } } },
  asks: { steps: { ask: { uses: 'http.request', with: { url: '${{ input.url }}' } } } },
}; // prettier-ignore

/** A folder that a hub starts in, with these workflows. Remove it in the end. */
export function tellingSite(): PluginFolder {
  const folder = new PluginFolder();
  const use = folder.plugin('teller', '{ agents: [Teller] }', teller);
  folder.write('commandcenter.yaml', {
    plugins: [{ use: 'http', options: { allowPrivate: true } }, { use: 'transform' }, { use }],
    workflows: ['workflows'],
    secrets: ['API_TOKEN', 'ODD_TOKEN', 'FILE_TOKEN'],
    engine: { rateLimitPerMinute: 1_000_000 },
  });
  for (const [id, definition] of Object.entries(workflows)) folder.write(`workflows/${id}.json`, { id, ...definition });
  return folder;
}
