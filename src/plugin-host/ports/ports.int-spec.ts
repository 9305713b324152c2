import { EventEmitter2 } from '@nestjs/event-emitter';
import { testDatabase } from '../../../test/support/database.js';
import type { Config } from '../../config/index.js';
import { Database } from '../../database/index.js';
import { Events, EVENTS_PUBLISHED } from '../../events/index.js';
import { Secrets } from '../../identity/index.js';
import { Jobs } from '../../jobs/index.js';
import { PluginEvents } from './hub-events.js';
import { HubPluginStore } from './plugin-store.js';

const secrets = new Secrets({ secrets: ['TOKEN'] }, () => 'hush-hush');
const gone = () => new Database({ url: 'postgres://127.0.0.1:1/nowhere', description: '', poolSize: 1 });

describe('ports of plugins on the database', () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database?.close());

  const events = (on: Database, announcer = new EventEmitter2()) =>
    new PluginEvents('p', new Events(on, new Jobs(on, {} as Config, 'api'), announcer), on, secrets);

  test('an event is published once under the name of the plugin, announced, and holds no secret', async () => {
    const announcer = new EventEmitter2();
    let announced = 0;
    announcer.on(EVENTS_PUBLISHED, () => announced++);
    const port = events(database, announcer);
    const time = new Date('2026-04-05T17:31:00Z');
    const data = { at: time, text: 'it is hush-hush' };
    expect(await port.publish([{ id: '1', type: 't', subject: 's', time, data }])).toEqual({
      accepted: 1,
      duplicate: 0,
    });
    expect(await port.publish([{ id: '1', type: 't' }, { id: '2', type: 't' }])).toEqual({ accepted: 1, duplicate: 1 }); // prettier-ignore
    expect(await port.publish([{ id: '2', type: 't' }])).toEqual({ accepted: 0, duplicate: 1 });
    expect(announced).toBe(2);
    const { rows } = await database.pool.query('SELECT * FROM event ORDER BY seq');
    expect(rows).toMatchObject([
      { source: '/plugins/p', id: '1', type: 't', subject: 's', time, data: '{"at":"2026-04-05T17:31:00.000Z","text":"it is ***"}' }, // prettier-ignore
      { source: '/plugins/p', id: '2', data: null },
    ]);
  });

  test('wrong events are told by path, and none is published', async () => {
    const publish = (given: unknown) => events(database).publish(given as never);
    const wrong = [{ id: 'fine', type: 't' }, { id: '', type: 't' }, { id: 'x' }];
    await expect(publish(wrong)).rejects.toMatchObject({ code: 'CC_EVENT_INVALID', problems: [{ path: '1.id' }, { path: '2.type' }] }); // prettier-ignore
    for (const given of ['no', [null], [{ id: '1', type: 't', time: 'today' }], [{ id: '1', type: 't', data: 1n }]]) {
      await expect(publish(given)).rejects.toMatchObject({
        code: expect.stringMatching(/CC_(EVENT|PLUGIN_CALL)_INVALID/),
      });
    }
    expect((await database.pool.query("SELECT FROM event WHERE id = 'fine'")).rowCount).toBe(0);
  });

  test("records are the plugin's own, by key, in their order", async () => {
    const [store, other] = [new HubPluginStore('p', database), new HubPluginStore('q', database)];
    await store.set('a/2', { n: [1, null] });
    await store.set('a/1', 'x');
    await store.set('a/B', 3);
    await store.set('b', false);
    await other.set('a/2', 'of q');
    await store.set('a/1', 'y');
    expect(await store.get('a/2')).toEqual({ n: [1, null] });
    expect(await store.get('nowhere')).toBeUndefined();
    expect(await store.list('a/')).toEqual([{ key: 'a/1', value: 'y' }, { key: 'a/2', value: { n: [1, null] } }, { key: 'a/B', value: 3 }]); // prettier-ignore
    await store.delete('a/2');
    await store.delete('a/2');
    expect((await store.list('')).map(({ key }) => key)).toEqual(['a/1', 'a/B', 'b']);
    expect(await other.get('a/2')).toBe('of q');
    expect(await store.list('a%')).toEqual([]);
  });

  test('a record that is too large, or no JSON, or has a key that cannot be found again is refused', async () => {
    const store = new HubPluginStore('p', database);
    await expect(store.set('k', 'x'.repeat(262_143))).rejects.toMatchObject({ code: 'CC_PLUGIN_CALL_INVALID', problems: [{ path: 'value' }] }); // prettier-ignore
    await expect(store.set('', undefined)).rejects.toMatchObject({ problems: [{ path: 'key' }, { path: 'value' }] });
    await expect(store.get('a\0')).rejects.toMatchObject({ problems: [{ path: 'key' }] });
    await expect(store.delete('\ud800')).rejects.toMatchObject({ problems: [{ path: 'key' }] });
    await store.set('\u{1F600}'.repeat(500), 'x'.repeat(262_140));
    expect(await store.get('\u{1F600}'.repeat(500))).toHaveLength(262_140);
  });

  test('without a database each says that it may work later', async () => {
    const away = gone();
    const unavailable = { code: 'CC_DATABASE_UNAVAILABLE', kind: 'unavailable', retryAfter: 2 };
    await expect(events(away).publish([{ id: '1', type: 't' }])).rejects.toMatchObject(unavailable);
    await expect(new HubPluginStore('p', away).get('k')).rejects.toMatchObject(unavailable);
    await away.close();
  });
});
