import { cronProblem, timezoneProblem } from './schedule-spec.js';

it.each(['* * * * *', '*/15 * * * *', '0 7 * * 1-5', '*/10 * * * * *', '0 0 1 JAN *', '0 0 29 2 *', '0 0 * * SUN'])(
  '%s is a cron line',
  (cron) => {
    expect(cronProblem(cron)).toBeUndefined();
  },
);

it.each([
  '',
  '* * * *',
  '@daily',
  '60 * * * *',
  '* * * * * * *',
  'a b c d e',
  '* * 32 * *',
  '*/0 * * * *',
  '5-1 * * * *',
])('%s is none', (cron) => {
  expect(cronProblem(cron)).toEqual(expect.any(String));
});

it.each(['UTC', 'Europe/Zurich', 'America/Argentina/Buenos_Aires'])('%s is a time zone', (zone) => {
  expect(timezoneProblem(zone)).toBeUndefined();
});

it.each(['Mars/Olympus', '', '+02:00', 'Europe/'])('%j is none', (zone) => {
  expect(timezoneProblem(zone)).toEqual(expect.any(String));
});
