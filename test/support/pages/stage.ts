import { PluginFolder } from '../plugin-folder.js';
import { stepWorkflows } from './step-stage.js';

/** A plugin whose one action does what it is told: log, cost, take a while, fail some times, return something. */
export function stagePlugin(): PluginFolder {
  const folder = new PluginFolder();
  folder.plugin(
    'stage',
    '{ agents: [Stage] }',
    `class Stage {
       async act({ logs = [], usd = 0, ms = 0, failures = 0, terminal, message = 'no luck', value = null }, ctx) {
         for (const { level = 'info', text, fields } of logs) ctx.logger[level](text, fields);
         if (usd > 0) ctx.cost(usd, 'tokens');
         if (ms > 0)
           await new Promise((resolve, reject) => {
             const timer = setTimeout(resolve, ms);
             ctx.signal.addEventListener('abort', () => (clearTimeout(timer), reject(ctx.signal.reason)));
           });
         if (terminal) throw new sdk.TerminalError(message);
         if (ctx.attempt <= failures) throw new sdk.RetryableError(message);
         return value;
       }
     }
     sdk.Agent({ id: 'stage', title: 'Stage' })(Stage);
     action(Stage, 'act', {});`,
  );
  return folder;
}

const hostile = [
  '<script>document.title = "owned"; alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  "' onmouseover='alert(3)",
  'javascript:alert(4)',
  '</pre></textarea><svg onload=alert(5)>',
  '${alert(6)}!{{7*7}}',
].join('\n');

/** What somebody who wants to harm the reader would return, log and be called. */
export const hostileText = hostile;

export const stageWorkflows = {
  ...stepWorkflows,
  'deploy.yaml': `id: deploy-shop
name: Deploy the shop
input:
  type: object
  properties: { service: { type: string }, version: { type: string }, regions: { type: array } }
steps:
  checkout:
    uses: stage.act
    with: { ms: 180, logs: [{ text: "checked out main at 4f1c2ab" }], value: { commit: 4f1c2ab, files: 1284 } }
  lint: { needs: [checkout], uses: stage.act, with: { ms: 260, value: { warnings: 0 } } }
  test_unit:
    needs: [checkout]
    uses: stage.act
    with: { ms: 700, logs: [{ text: "1840 tests passed", fields: { seconds: 41 } }], value: { passed: 1840, failed: 0 } }
  test_browser:
    needs: [checkout]
    uses: stage.act
    retry: { attempts: 3, delay: 400ms, factor: 1, jitter: false }
    with:
      ms: 320
      failures: 1
      message: "the page did not answer within 5 s"
      logs: [{ level: warn, text: "flaky: cart.spec.ts took 4.8 s" }]
      value: { passed: 36 }
  build:
    needs: [lint, test_unit, test_browser]
    uses: stage.act
    with: { ms: 480, usd: 0.0184, logs: [{ level: debug, text: "layer cache hit 11/12" }], value: { image: "shop:1.42.0", digest: "sha256:9f0a...", layers: [base, deps, app], sizes: { base: 31, deps: 118, app: 9 }, labels: { a: 1, b: 2, c: 3, d: 4, e: 5 } } }
  canary: { needs: [build], if: "\${{ input.version == 'never' }}", uses: stage.act, with: {} }
  release:
    needs: [build]
    uses: stage.act
    with: { ms: 300, logs: [{ text: "released to 3 regions" }], value: "\${{ input.regions }}" }
output: { released: "\${{ steps.release.output }}", image: "\${{ steps.build.output.image }}" }
`,
  'import.yaml': `id: nightly-import
name: Nightly import
steps:
  fetch:
    uses: stage.act
    with: { ms: 90, logs: [{ text: "GET https://partner.example/feed.xml" }], value: 12 }
  load:
    needs: [fetch]
    uses: stage.act
    retry: { attempts: 3, delay: 200ms, factor: 2, jitter: false }
    with:
      ms: 120
      failures: 9
      message: "duplicate key value violates unique constraint \\"order_pkey\\""
      logs: [{ level: error, text: "row 4711: duplicate key" }]
  publish: { needs: [load], uses: stage.act, with: {} }
  report: { needs: [load], if: "\${{ always() }}", uses: stage.act, with: { ms: 40, value: reported } }
`,
  'later.yaml': `id: later
name: Ask the partner again later
steps:
  ask:
    uses: stage.act
    retry: { attempts: 5, delay: 1h, factor: 1, jitter: false }
    with: { ms: 200, failures: 4, message: "503 from partner.example" }
  book: { needs: [ask], uses: stage.act, with: {} }
`,
  'hold.yaml': `id: hold
name: Wait for the release
steps:
  prepare: { uses: stage.act, with: { ms: 30, value: ready } }
  wait: { needs: [prepare], uses: stage.act, with: { ms: 600000, logs: [{ text: "waiting" }] } }
`,
  'hostile.yaml': `id: hostile
name: ${JSON.stringify(`Hostile ${hostile.split('\n')[0]}`)}
steps:
  say:
    uses: stage.act
    with: { logs: [{ text: "\${{ input.text }}", fields: { text: "\${{ input.text }}" } }], value: "\${{ input }}" }
  fail: { needs: [say], uses: stage.act, with: { terminal: true, message: "\${{ input.text }}" } }
`,
  'chatty.yaml': `id: chatty
name: Talk a lot
steps:
  talk: { uses: stage.act, with: { logs: [${Array.from({ length: 300 }, (_, n) => `{ text: line ${n + 1} }`).join(', ')}] } }
`,
  'busy.yaml': `id: busy
name: Keep busy
steps:
  broken: { uses: stage.act, with: { terminal: true, message: "broken at once" } }
${Array.from({ length: 9 }, (_, n) => `  t${n}: { ${n === 0 ? '' : `needs: [t${n - 1}], `}uses: stage.act, with: { ms: 600, logs: [{ text: "line ${n}" }], value: ${n} } }`).join('\n')}
`,
  'bulky.yaml': `id: bulky
name: Carry a lot
steps:
  hold: { uses: stage.act, with: { ms: 600000 } }
${Array.from({ length: 40 }, (_, n) => `  s${n}: { uses: stage.act, with: { value: "\${{ input.text }}" } }`).join('\n')}
`,
  'short.yaml': `id: short
name: Take a moment
steps:
  first: { uses: stage.act, with: { ms: 1500, logs: [{ text: "first line" }], value: 1 } }
  second: { needs: [first], uses: stage.act, with: { ms: 1500, logs: [{ text: "second line" }], value: 2 } }
output: "\${{ steps.second.output }}"
`,
};
