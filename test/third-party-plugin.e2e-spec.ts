import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabaseUrl } from './support/database.js';
import { Scrape } from './support/metrics/scrape.js';
import { ThirdParty } from './support/third-party.js';
import { HubProcess, token as adminToken } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

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

/** Counts what was shipped, by the events of the plugin. */
const counting = {
  id: 'count-shipped',
  on: { event: [{ type: 'warehouse.shipped', input: { id: '${{ event.data.id }}' } }] },
  input: { type: 'object', properties: { id: { type: 'string' } } },
  steps: { one: { uses: 'transform.value', with: { value: '${{ input.id }} from ${{ event.source }}' } } },
  output: '${{ steps.one.output }}',
};
const metered = {
  OTEL_SDK_DISABLED: 'false',
  OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
};

suite(
  `a plugin of a third party, with its own copy of the SDK${obstacle === undefined ? '' : ` (skipped: ${obstacle})`}`,
  () => {
    let hub: HubProcess;
    let drop: () => Promise<void>;
    let start: () => Promise<HubProcess>;

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
      writeFileSync(join(thirdParty.site, 'workflows/count-shipped.json'), JSON.stringify(counting));
      const database = await testDatabaseUrl();
      drop = database.drop;
      const env = { ...metered, WAREHOUSE_TOKEN: token, LOG_LEVEL: 'debug' };
      start = () => HubProcess.start(thirdParty.site, database.url, env);
      hub = await start();
    });

    const send = async (path: string, body: string | Buffer, headers: Record<string, string> = {}) => {
      const signature = createHmac('sha256', token).update(body).digest('hex');
      const response = await fetch(`${hub.url}/plugins/acme-warehouse${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-signature': signature, ...headers },
        body: typeof body === 'string' ? body : new Uint8Array(body),
      });
      return { status: response.status, body: (await response.json()) as any };
    };
    const shipped = async (shelf: string): Promise<string[]> => {
      const headers = { authorization: `Bearer ${adminToken}` };
      const response = await fetch(`${hub.url}/plugins/acme-warehouse/orders/${shelf}`, { headers });
      return ((await response.json()) as { shipped: string[] }).shipped;
    };

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
        {
          name: 'acme-warehouse',
          version: '0.3.0',
          status: 'loaded',
          routes: [
            { method: 'POST', path: '/plugins/acme-warehouse/orders', access: 'public' },
            { method: 'POST', path: '/plugins/acme-warehouse/orders/label', access: 'public' },
            { method: 'GET', path: '/plugins/acme-warehouse/orders/:shelf', access: 'viewer' },
          ],
        },
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

    it('has its routes: a signature over the bytes as they came, or a role', async () => {
      const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x0a]);
      const octets = { 'content-type': 'application/octet-stream' };
      expect(await send('/orders/label', bytes, octets)).toEqual({ status: 201, body: { hex: bytes.toString('hex') } });
      const forged = { 'x-signature': '00'.repeat(32) };
      expect(await send('/orders/label', bytes, { ...octets, ...forged })).toMatchObject({ status: 401 });
      expect(await send('/orders', '{ broken', forged)).toMatchObject({ status: 401, body: { code: 'CC_UNAUTHENTICATED' } }); // prettier-ignore
      expect(await send('/orders', '{ broken')).toMatchObject({ status: 400, body: { code: 'CC_REQUEST_INVALID' } });
      // Thrown through the plugin's own copy of Nest.
      expect(await send('/orders', '{}')).toMatchObject({ status: 400, body: { code: 'CC_PLUGIN_REFUSED', detail: expect.stringContaining('shelf') } }); // prettier-ignore
      expect((await fetch(`${hub.url}/plugins/acme-warehouse/orders/a`)).status).toBe(401);
    });

    it('takes orders that outlive kill -9, ships each once and in order, and starts a run with each', async () => {
      const shelves = ['a', 'b', 'c'];
      const ids = (shelf: string) => Array.from({ length: 40 }, (_, n) => `${shelf}-${n}`);
      for (const shelf of shelves) {
        const order = JSON.stringify({ shelf, ids: ids(shelf) });
        expect(await send('/orders', order)).toEqual({ status: 202, body: { added: 40, duplicate: 0 } });
      }
      await until('the first shipments', async () => (await shipped('b')).length > 0);
      await hub.end('SIGKILL');
      hub = await start();
      // Those of before the kill too are known as duplicates, whether they are shipped or not.
      expect(await send('/orders', JSON.stringify({ shelf: 'a', ids: ids('a') }))).toMatchObject({ body: { added: 0, duplicate: 40 } }); // prettier-ignore
      for (const shelf of shelves) {
        await until(`shelf ${shelf} to be empty`, async () => (await shipped(shelf)).length >= 40);
        expect(await shipped(shelf)).toEqual(ids(shelf));
      }
      const outputs = async () => {
        const { body } = await hub.call('GET', '/runs?workflow=count-shipped&status=succeeded&limit=200');
        return (body.items as { trigger: unknown; id: string }[]).length;
      };
      await until('a run for each', async () => (await outputs()) === 120);
      const { body } = await hub.call('GET', '/runs?workflow=count-shipped&limit=1');
      const run = (await hub.call('GET', `/runs/${body.items[0].id}`)).body;
      expect(run.output).toMatch(/^[abc]-\d+ from \/plugins\/acme-warehouse$/);
    });

    it('is seen by Prometheus, under the names of its manifest', async () => {
      const [, url = ''] = /Metrics: (http:[^\s"]+)/.exec(hub.log.join('\n')) ?? [];
      const order = JSON.stringify({ shelf: 'd', ids: ['d-1', 'd-10', 'd-2'] });
      const before = await count(url);
      expect((await send('/orders', order)).status).toBe(202);
      await until('the shelf to be empty', async () => (await shipped('d')).length === 3);
      const after = await count(url);
      expect(after.small - before.small).toBe(2);
      expect(after.large - before.large).toBe(1);
      const text = await (await fetch(url)).text();
      expect(text).toContain('# TYPE acme_warehouse_shipping histogram');
      expect(text).toMatch(/acme_warehouse_shipping_bucket\{shelf="d",.*le="50".*\} 3/);
      expect(text).toMatch(/^acme_warehouse_waiting 0$/m);
      const route = /http_server_request_duration_count\{[^}]*http_route="\/plugins\/acme-warehouse\/orders"/;
      expect(text).toMatch(route);
    });
  },
);

/** Every series of a closed list is there, also before anything was counted. */
async function count(url: string): Promise<{ small: number; large: number }> {
  const { samples } = await Scrape.of(url);
  const of = (size: string) => {
    const found = samples.filter(
      ({ name, labels }) => name === 'acme_warehouse_orders_total' && labels['size'] === size,
    );
    expect(found).toHaveLength(1);
    return found[0]!.value;
  };
  return { small: of('small'), large: of('large') };
}

async function finished(hub: HubProcess, id: string): Promise<any> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    const { body } = await hub.call('GET', `/runs/${id}`);
    if (['succeeded', 'failed', 'cancelled'].includes(body.status)) return body;
    await sleep(50);
  }
  throw new Error(`run ${id} did not end:\n${hub.log.join('\n')}`);
}
