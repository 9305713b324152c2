import { commandLine } from '../../../test/support/cli/command-line.js';
import { TinyHub } from '../../../test/support/cli/tiny-hub.js';

const preview = (...more: string[]) => commandLine(['schedules', 'preview', ...more]);

it('previews a line without a hub, by the clocks of its zone', async () => {
  const { code, stdout } = await preview('0 7 * * 1-5', '--timezone', 'Europe/Zurich', '--next', '2', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    {
      cron: '0 7 * * 1-5',
      timezone: 'Europe/Zurich',
      next: ['2026-11-24T06:00:00.000Z', '2026-11-25T06:00:00.000Z'],
    },
  ]);
  expect((await preview('0 7 * * 1-5', '--timezone', 'Europe/Zurich')).stdout).toMatch(
    /\(in 23 h\) +2026-11-24 07:00:00\n(.*\n){3}.* 2026-11-30 07:00:00\n$/,
  );
  expect(await preview('0 0 30 2 *')).toEqual({ code: 0, stdout: 'This line never fires.\n', stderr: '' });
});

it.each([
  [['61 * * * *'], /"61 \* \* \* \*" in UTC: .*not a cron line.*\[CC_USAGE\]/],
  [['* * * * *', '--timezone', 'Mars'], /"Mars" is not an IANA time zone.*\[CC_USAGE\]/],
  [['* * * * *', '--next', '51'], /Expected at most 50/],
  [['* * * * *', '--next', '0'], /whole number from 1/],
])('refuses %j', async (argv, message) => {
  expect(await preview(...argv)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(message) as string });
});

it('lists the next fires of each line below its first', async () => {
  const hub = await TinyHub.start();
  const next = ['2026-11-23T07:00:00.000Z', '2026-11-24T07:00:00.000Z'];
  const line = { workflow: 'w', cron: '0 7 * * *', timezone: 'UTC', nextAt: next[0], lastAt: null, next };
  hub.on('GET /schedules', (request) => ({
    json: { items: request.url.searchParams.get('next') === '2' ? [line] : [], nextCursor: null },
  }));
  const { stdout } = await commandLine(['schedules', '--next', '2'], { url: hub.url });
  expect(stdout).toMatch(/^w +0 7 \* \* \* +UTC +2026-11-23 .*\(in 30 min\) +-\n +2026-11-24 .*\(in 1 d\)/m);
  await hub.stop();
});
