import { CcError } from '../errors/index.js';
import { type FaultKind, judge } from './faults.js';

const hub = '/srv/app/dist';
const places = [
  { use: './mine', folder: '/srv/site/mine', entry: '/srv/site/mine/dist/index.js', isOwn: true },
  { use: './one.mjs', folder: '/srv/site/one.mjs', entry: '/srv/site/one.mjs', isOwn: true },
  { use: '.', folder: '/srv', entry: '/srv/index.js', isOwn: true },
];
const frames = {
  plugin: 'at Timeout._onTimeout (file:///srv/site/mine/dist/index.js:3:9)',
  dependency: 'at parse (/srv/site/mine/node_modules/csv/index.cjs:1:2)',
  file: 'at async file:///srv/site/one.mjs?v=2:1:1',
  around: 'at f (file:///srv/index.js:1:1)',
  hub: 'at Journal.flush (file:///srv/app/dist/runs/journal/journal.js:7:7)',
  shared: 'at Client.end (/opt/node_modules/pg/lib/client.js:9:9)',
  node: 'at process.processTimers (node:internal/timers:541:7)',
};

function thrown(named: readonly (keyof typeof frames)[], error = new Error('oh (file:///srv/app/dist/x.js:1:1)')) {
  error.stack = `${error.name}: a message\n    ${[...named, 'node' as const].map((name) => frames[name]).join('\n    ')}`;
  return error;
}

it.each<[FaultKind, (keyof typeof frames)[], string | undefined, boolean]>([
  ['exception', ['plugin'], './mine', true],
  ['exception', ['shared', 'plugin'], './mine', true],
  ['exception', ['dependency'], './mine', true],
  ['exception', ['file'], './one.mjs', true],
  ['exception', ['around'], '.', true],
  // What the hub was doing was cut off.
  ['exception', ['plugin', 'hub'], './mine', false],
  ['exception', ['hub', 'plugin'], './mine', false],
  ['exception', ['hub'], undefined, false],
  ['exception', ['shared'], undefined, false],
  ['exception', [], undefined, false],
  ['rejection', ['plugin'], './mine', true],
  ['rejection', ['hub', 'plugin'], './mine', true],
  ['rejection', ['shared'], undefined, true],
  ['rejection', [], undefined, true],
  ['rejection', ['hub'], undefined, false],
  ['rejection', ['shared', 'hub'], undefined, false],
])('an %s through %j is of %j; survived: %j', (kind, named, plugin, survivable) => {
  expect(judge(kind, thrown(named), places, hub)).toEqual({ plugin, survivable });
});

it('takes a coded error of the hub for an answer that somebody did not wait for', () => {
  const error = thrown(['hub'], new CcError('CC_DATABASE_UNAVAILABLE', 'gone'));
  expect(judge('rejection', error, places, hub).survivable).toBe(true);
  expect(judge('exception', error, places, hub).survivable).toBe(false);
});

it.each(['text', null, undefined, 7, { stack: 7 }])('survives a rejection with %j, and no exception', (value) => {
  expect(judge('rejection', value, places, hub)).toEqual({ plugin: undefined, survivable: true });
  expect(judge('exception', value, places, hub).survivable).toBe(false);
});
