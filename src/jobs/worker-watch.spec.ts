import { EventEmitter } from 'node:events';
import type { WorkerEvents } from 'graphile-worker';
import { WorkerWatch } from './worker-watch.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the watch over workers', () => {
  let events: WorkerEvents;
  let watch: WorkerWatch;
  let stalled: boolean;
  beforeEach(() => {
    events = new EventEmitter();
    stalled = false;
    watch = new WorkerWatch(events, 2, { stalledAfterMs: 40, checkMs: 10 });
    void watch.stalled.then(() => (stalled = true));
  });
  afterEach(() => watch.stop());
  const emit = (name: string) => events.emit(name as never, {} as never);

  it('sees that nobody asks for jobs any more', async () => {
    await sleep(30);
    expect(stalled).toBe(false);
    await sleep(120);
    expect(stalled).toBe(true);
  });

  it('is content as long as somebody asks', async () => {
    for (let n = 0; n < 10; n++) {
      emit('worker:getJob:empty');
      await sleep(15);
    }
    expect(stalled).toBe(false);
  });

  it('does not mind that nobody asks while all are busy', async () => {
    emit('job:start');
    emit('job:start');
    await sleep(120);
    expect(stalled).toBe(false);
    emit('job:complete');
    await sleep(150);
    expect(stalled).toBe(true);
  });

  it('does not take a blocked event loop for workers that stopped', async () => {
    const until = Date.now() + 100;
    while (Date.now() < until); // an agent that computes
    await Promise.race([sleep(1), watch.stalled]);
    emit('worker:getJob:empty');
    await sleep(25);
    expect(stalled).toBe(false);
  });

  it('hears that the workers stop by themselves', async () => {
    emit('pool:gracefulShutdown');
    await watch.stalled;
    expect(stalled).toBe(true);
  });
});
