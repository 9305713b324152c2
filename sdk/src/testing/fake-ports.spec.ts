import { Controller, Get, Injectable, type OnModuleInit } from '@nestjs/common';
import { definePlugin, HubEvents, PluginMetrics, PluginQueue, PluginStore, type QueueBatch } from '../index.js';
import { startPlugin } from './start-plugin.js';

@Injectable()
class Courier implements OnModuleInit {
  readonly batches: QueueBatch[] = [];
  constructor(
    private readonly queue: PluginQueue,
    private readonly store: PluginStore,
    private readonly events: HubEvents,
    private readonly metrics: PluginMetrics,
  ) {}
  onModuleInit() {
    this.queue.handle(async (batch) => {
      this.batches.push(batch);
      await batch.store.set(`last ${batch.lane}`, batch.items.at(-1)?.data);
      this.metrics.add('p_sent_total', batch.items.length, { lane: batch.lane });
      if (batch.lane === 'bad' && batch.failures === 0) throw new Error('no');
      return { done: batch.items.slice(0, 1).map(({ id }) => id) };
    }, { batch: 2 }); // prettier-ignore
    this.metrics.watch('p_waiting', async () => (await this.queue.lanes()).map(({ waiting }) => ({ value: waiting })));
  }
  last(lane: string) {
    return this.store.get(`last ${lane}`);
  }
  tell(id: string) {
    return this.events.publish([{ id, type: 't' }]);
  }
}

@Controller()
class Front {
  constructor(readonly courier: Courier) {}
  @Get()
  last() {
    return this.courier.last('a');
  }
}

const plugin = definePlugin({ name: 'p', version: '1.0.0', hub: '*', agents: [], providers: [Courier], controllers: [Front] }); // prettier-ignore

describe('the ports for tests', () => {
  it('deliver what waits when they are told to, store with the outcome, and count', async () => {
    const { get, ports, stop } = await startPlugin(plugin);
    const items = ['1', '2', '3'].map((id) => ({ lane: 'a', id, data: { id } }));
    expect(await ports.queue.add([...items, items[0]!, { lane: 'bad', id: '4', data: 4 }])).toEqual({ added: 4, duplicate: 1 }); // prettier-ignore
    expect(await ports.metrics.read('p_waiting')).toEqual([{ value: 3 }, { value: 1 }]);
    expect(await ports.queue.deliver()).toEqual([
      { lane: 'a', outcome: { done: ['1'] } },
      { lane: 'bad', thrown: new Error('no') },
    ]);
    expect(get(Courier).batches[0]).toMatchObject({ items: [{ id: '1', data: { id: '1' } }, { id: '2' }], more: 1 });
    expect(await get(Front).last()).toEqual({ id: '2' });
    expect(await ports.store.list('last ')).toEqual([{ key: 'last a', value: { id: '2' } }]);
    expect(await ports.queue.deliver()).toHaveLength(2);
    expect(await ports.queue.lanes()).toMatchObject([{ lane: 'a', waiting: 1, failures: 0 }]);
    expect(await get(Courier).last('bad')).toBe(4);
    expect(ports.metrics.measured).toHaveLength(4);
    await stop();
  });

  it('know an event by its id', async () => {
    const { get, ports, stop } = await startPlugin(plugin);
    expect(await get(Courier).tell('1')).toEqual({ accepted: 1, duplicate: 0 });
    expect(await get(Courier).tell('1')).toEqual({ accepted: 0, duplicate: 1 });
    expect(ports.events.published).toEqual([{ id: '1', type: 't' }]);
    await stop();
  });
});
