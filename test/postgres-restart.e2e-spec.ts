import { setTimeout as delay } from 'node:timers/promises';
import { Arena, until } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import { OwnServer } from './crash/own-server.js';
import { chain } from './crash/site.js';

const patience = 180_000;

describe('PostgreSQL restarted under load', () => {
  let server: OwnServer;
  let arena: Arena;
  beforeAll(async () => {
    server = await OwnServer.start();
    const step = 'uses: work.slow, with: { ms: 100 }';
    arena = await Arena.open({
      workflows: { load: chain(Array.from({ length: 8 }, () => step)) },
      databaseUrl: server.url,
    });
    await until(() => arena.hubs.every((hub) => hub.standing), patience);
  }, patience);
  afterAll(async () => {
    await arena.close();
    await server.stop();
  });

  test.each(['fast', 'immediate'] as const)(
    '%s: nothing is lost, nobody is declared dead',
    async (mode) => {
      const replicas = () => arena.query('SELECT id, pid FROM replica ORDER BY id');
      const before = await replicas();
      const ids: string[] = [];
      let restarted = false;
      // Clients go on sending while the server is away.
      const client = async (n: number) => {
        while (!restarted || ids.length < 300) ids.push(await arena.start('load', n));
      };
      const clients = Promise.all(Array.from({ length: 30 }, (_, n) => client(n)));
      await delay(1_000);
      await server.restart(mode);
      await delay(1_000);
      restarted = true;
      await clients;
      await arena.ended(ids, 60_000);
      expect(ids.length).toBeGreaterThanOrEqual(300);
      expect(await evidence(arena, ids)).toMatchObject(clean);
      expect(await arena.query("SELECT run_id FROM run_event WHERE type = 'RunTakenOver'")).toEqual([]);
      expect(await replicas()).toEqual(before);
      expect(arena.hubs.map((hub) => hub.deaths)).toEqual([[], []]);
      expect(await arena.query('SELECT id FROM run WHERE finished_at IS NULL')).toEqual([]);
    },
    patience,
  );
});
