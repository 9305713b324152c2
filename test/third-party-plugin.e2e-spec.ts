import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabaseUrl } from './support/database.js';
import { ThirdParty } from './support/third-party.js';
import { HubProcess } from './support/triggers/hub-process.js';

const thirdParty = new ThirdParty();
// Here and not in beforeAll: only what is known now can skip with a reason.
const obstacle = await thirdParty.prepare('acme-plugin');
const suite = obstacle === undefined ? describe : describe.skip;

const token = 'w4rehouse-t0ken';
const workflow = {
  id: 'restock',
  steps: {
    bolt: {
      uses: 'warehouse.reserve',
      with: { item: 'bolt', price: 'count * 2.5' },
      retry: { attempts: 3, delay: '1ms' },
    },
    gold: { uses: 'warehouse.reserve', with: { item: 'gold' }, retry: { attempts: 3 }, continueOnError: true },
    both: {
      needs: ['bolt', 'gold'],
      uses: 'transform.value',
      with: { value: ['${{ steps.bolt.output.left }}', '${{ steps.gold.status }}'] },
    },
  },
  output: '${{ steps.both.output }}',
};

suite(
  `a plugin of a third party, with its own copy of the SDK${obstacle === undefined ? '' : ` (skipped: ${obstacle})`}`,
  () => {
    let hub: HubProcess;
    let drop: () => Promise<void>;

    beforeAll(async () => {
      const config = {
        plugins: [
          { use: './node_modules/acme-warehouse', options: { items: { bolt: 3 } }, secrets: ['WAREHOUSE_TOKEN'] },
          { use: 'transform' },
          { use: './absent', onError: 'skip' },
        ],
        workflows: ['workflows'],
        secrets: ['WAREHOUSE_TOKEN'],
      };
      mkdirSync(join(thirdParty.site, 'workflows'));
      writeFileSync(join(thirdParty.site, 'commandcenter.yaml'), JSON.stringify(config));
      writeFileSync(join(thirdParty.site, 'workflows/restock.json'), JSON.stringify(workflow));
      const database = await testDatabaseUrl();
      drop = database.drop;
      hub = await HubProcess.start(thirdParty.site, database.url, { WAREHOUSE_TOKEN: token, LOG_LEVEL: 'debug' });
    });

    afterAll(async () => {
      await hub?.end();
      await drop?.();
      thirdParty.remove();
    });

    it("carries a copy that is not the hub's", () => {
      expect(thirdParty.sdk.isLink).toBe(false);
      expect(thirdParty.sdk.path).not.toBe(resolve(import.meta.dirname, '../sdk'));
    });

    it('keeps the contract, run by its author under node:test', async () => {
      expect(await thirdParty.test()).toMatch(/^# fail 0$|^ℹ fail 0$/m);
    });

    it('is listed beside one that was skipped', async () => {
      const { body } = await hub.call('GET', '/plugins');
      expect(body.items).toMatchObject([
        { name: 'acme-warehouse', version: '0.3.0', status: 'loaded' },
        { name: 'transform', status: 'loaded' },
        { use: './absent', status: 'skipped', code: 'CC_PLUGIN_NOT_FOUND' },
      ]);
    });

    it('runs a workflow: options, secrets, both kinds of failure and expressions work across the copies', async () => {
      const started = await hub.call('POST', '/workflows/restock/runs', { input: {} });
      expect(started.status).toBe(202);
      const run = await finished(hub, started.body.id);
      expect(run).toMatchObject({ status: 'succeeded', output: [2, 'failed'] });
      const step = (id: string) => run.steps.find((one: { id: string }) => one.id === id);
      expect(step('bolt')).toMatchObject({ attempt: 2, output: { item: 'bolt', left: 2, price: 7.5, attempt: 2 } });
      expect(step('gold')).toMatchObject({
        attempt: 1,
        error: { type: 'terminal', message: 'There is no gold, says ***' },
      });
      expect(hub.log.join('\n')).toContain('"token":"***"');
      expect(hub.log.join('\n')).not.toContain(token);
    });
  },
);

async function finished(hub: HubProcess, id: string): Promise<any> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    const { body } = await hub.call('GET', `/runs/${id}`);
    if (['succeeded', 'failed', 'cancelled'].includes(body.status)) return body;
    await sleep(50);
  }
  throw new Error(`run ${id} did not end:\n${hub.log.join('\n')}`);
}
