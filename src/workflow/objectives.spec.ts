import { workflowJsonSchema } from '@commandcenter/sdk/definition';
import { names } from '../telemetry/index.js';
import { parseDuration } from './duration.js';
import { DURATION_BOUNDARIES, objectivesOf, parsePercent } from './objectives.js';
import { validateWorkflow } from './validate.js';

const steps = { a: { uses: 'x.y' } };
const problemsOf = (slo: string) =>
  validateWorkflow(`id: w\nslo: ${slo}\nsteps: { a: { uses: x.y } }\n`).problems.map(
    ({ path, line, column, message }) => `${line}:${column} ${path}: ${message}`,
  );

it('a duration may be promised at the boundaries of the histogram, in the editor as in the hub', () => {
  expect(DURATION_BOUNDARIES).toEqual(names.instruments.workflowDuration.boundaries);
  const { p50, p99 } = workflowJsonSchema.properties.slo.properties.duration.properties;
  for (const limit of [p50, p99])
    expect(limit.enum.map((text) => parseDuration(text)! / 1000)).toEqual([...DURATION_BOUNDARIES]);
});

it.each<[string, number | undefined]>([
  ['99.5%', 0.995],
  ['99.9%', 0.999],
  ['99.99%', 0.9999],
  ['5%', 0.05],
  ['0%', undefined],
  ['0.0%', undefined],
  ['100%', undefined],
  ['99.5', undefined],
  ['99,5%', undefined],
  ['-1%', undefined],
  ['99.5 %', undefined],
])('%s is the share %p', (text, share) => expect(parsePercent(text)).toBe(share));

it('reads what a definition promises', () => {
  expect(objectivesOf({ id: 'w', steps })).toEqual([]);
  const slo = { success: '99.5%', duration: { p95: '30s' as const }, window: '7d' as const };
  expect(objectivesOf({ id: 'w', steps, slo })).toEqual([
    { kind: 'success', objective: 0.995, days: 7 },
    { kind: 'duration', objective: 0.95, days: 7, limitSeconds: 30 },
  ]);
  expect(objectivesOf({ id: 'w', steps, slo: { success: '99%' } })).toMatchObject([{ days: 30 }]);
});

it.each(['{ success: 99.5%, duration: { p95: 30s }, window: 30d }', '{ duration: { p50: 500ms } }'])(
  '%s is an slo',
  (slo) => expect(problemsOf(slo)).toEqual([]),
);

it.each<[string, RegExp]>([
  ['99%', /^2:6 slo: this must be a map/],
  ['{}', /^2:6 slo: this promises nothing/],
  ['{ window: 7d }', /this promises nothing/],
  ['{ success: 100% }', /^2:17 slo\.success: this must be a percentage/],
  ['{ success: 0.995 }', /slo\.success: .*not the number 0\.995/],
  ['{ duration: 30s }', /slo\.duration: this must be a map/],
  ['{ duration: {} }', /slo\.duration: this must have one of p50, p90, p95, p99/],
  ['{ duration: { p90: 30s, p99: 1m } }', /slo\.duration: this must have one of/],
  ['{ duration: { p95: 20s } }', /^2:25 slo\.duration\.p95: durations are counted up to 500ms, 1s, 5s/],
  ['{ duration: { p95: 30 } }', /slo\.duration\.p95: the number 30 is not a duration/],
  ['{ duration: { p42: 30s } }', /slo\.duration\.p42: unknown key "p42"/],
  ['{ success: 99%, window: 91d }', /slo\.window: this must be whole days from 1d to 90d/],
  ['{ success: 99%, window: 36h }', /slo\.window: this must be whole days/],
  ['{ success: 99%, availability: 9% }', /slo\.availability: unknown key/],
])('%s is refused', (slo, message) => expect(problemsOf(slo).join('\n')).toMatch(message));

it('names every problem at once', () => {
  expect(problemsOf('{ success: 1, duration: { p95: 7s }, window: 1h }')).toHaveLength(3);
});
