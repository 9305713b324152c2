import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { testDatabaseUrl } from './support/database.js';
import { PluginFolder } from './support/plugin-folder.js';
import { HubProcess } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

const patience = 120_000;

/** A handler that says when it begins, works until it is told to go on, and writes down what it did with its outcome. */
const plugin = `
import { definePlugin, PluginQueue, PluginStore } from '@commandcenter/sdk';
import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
class Worker {
  constructor(queue, store) { Object.assign(this, { queue, store }); }
  onModuleInit() {
    this.queue.handle(async ({ items, store }) => {
      await this.store.set('begun by ' + process.pid, true);
      while (!(await this.store.get('go'))) await sleep(20);
      await store.set('handled', [...((await store.get('handled')) ?? []), ...items.map(({ id }) => id + ' by ' + process.pid)]);
    }, { timeoutMs: 5_000 });
  }
}
Reflect.defineMetadata('design:paramtypes', [PluginQueue, PluginStore], Worker);
Injectable()(Worker);
export default definePlugin({ name: 'worker', version: '1.0.0', hub: '*', agents: [], providers: [Worker] });
`;

describe('the queue of a plugin', () => {
  let folder: PluginFolder;
  let database: Awaited<ReturnType<typeof testDatabaseUrl>>;
  let sql: pg.Client;
  const hubs: HubProcess[] = [];
  const start = async () => {
    hubs.push(await HubProcess.start(folder.path, database.url, {}, '--role', 'worker'));
    return hubs.at(-1)!;
  };
  const record = async (key: string): Promise<unknown> => {
    const { rows } = await sql.query<{ value: string }>('SELECT value FROM plugin_record WHERE key = $1', [key]);
    return rows[0] && JSON.parse(rows[0].value);
  };

  beforeAll(async () => {
    folder = new PluginFolder();
    folder.write('plugin.mjs', plugin);
    folder.write('commandcenter.yaml', 'plugins: [{ use: ./plugin.mjs }]\nworkflows: [workflows]\n');
    mkdirSync(join(folder.path, 'workflows'));
    database = await testDatabaseUrl();
    sql = new pg.Client(database.url);
    await sql.connect();
  }, patience);
  afterAll(async () => {
    await Promise.all(hubs.map((hub) => hub.end()));
    await sql?.end();
    await database?.drop();
    folder?.remove();
  }, patience);

  it(
    'goes from a frozen replica to another, and what the frozen one did is not written when it wakes',
    async () => {
      const frozen = await start();
      await sql.query(`INSERT INTO plugin_queue_item (plugin, lane, id, data) VALUES ('worker', 'a', '1', '{}')`);
      await until('the first handler to begin', async () => (await record(`begun by ${frozen.pid}`)) === true);
      frozen.freeze();
      try {
        const other = await start();
        await sql.query(`INSERT INTO plugin_record VALUES ('worker', 'go', 'true')`);
        // PostgreSQL ends the connection that holds the lane: 5 s for the handler, and 10 s for what comes after.
        await until('the other to handle it', async () => (await record('handled')) !== undefined);
        expect(await record('handled')).toEqual([`1 by ${other.pid}`]);
      } finally {
        frozen.thaw();
      }
      const lost = () => frozen.log.some((line) => line.includes('queues of plugins wait for PostgreSQL'));
      await until('the frozen one to find its connection gone', lost);
      await until('it to go on', () => frozen.log.some((line) => line.includes('queues of plugins go on')));
      expect(await record('handled')).toHaveLength(1);
    },
    patience,
  );
});
