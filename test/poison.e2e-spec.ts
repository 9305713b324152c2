import { Arena, until } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import { chain } from './crash/site.js';

test('a step that aborts its process is quarantined, and 300 runs beside it succeed', async () => {
  const slow = 'uses: work.slow, with: { ms: 25 }';
  const arena = await Arena.open({
    workflows: { innocent: chain([slow, slow, slow]), poison: chain([slow, 'uses: work.abort']) },
  });
  try {
    await until(() => arena.hubs.every((hub) => hub.standing), 60_000);
    const [poison, ...innocent] = await Promise.all([
      arena.start('poison'),
      ...Array.from({ length: 300 }, (_, n) => arena.start('innocent', n)),
    ]);
    await arena.ended([poison, ...innocent], 120_000);
    expect(await evidence(arena, innocent)).toMatchObject(clean);
    expect(await evidence(arena, [poison], ['failed'])).toMatchObject({ ...clean, convicted: [poison] });
    const [{ error }] = await arena.query('SELECT error FROM run WHERE id = $1', [poison]);
    expect(JSON.parse(error)).toMatchObject({ type: 'quarantined', code: 'CC_STEP_QUARANTINED', step: 's1' });
    // Once beside the others, then alone until it is convicted.
    expect(arena.site.effects().filter(({ run, step }) => run === poison && step === 's1')).toHaveLength(4);
    expect(arena.hubs.flatMap((hub) => hub.deaths).map(({ signal }) => signal)).toEqual(Array(4).fill('SIGABRT'));
  } finally {
    await arena.close();
  }
}, 240_000);
