import { commandLine, testNow } from '../../../test/support/cli/command-line.js';
import { type Answer, problem, stream, TinyHub } from '../../../test/support/cli/tiny-hub.js';

let hub: TinyHub;
beforeEach(async () => {
  hub = await TinyHub.start();
});
afterEach(() => hub.stop());

const at = new Date(testNow).toISOString();
const run = (status: string, steps: readonly object[] = []): Answer => ({
  json: {
    id: 'r1', workflow: 'hello', version: 'v', status, trigger: { kind: 'manual' }, input: null, output: status, error: null,
    createdAt: at, startedAt: at, finishedAt: null, traceId: null, cost: { usd: 0, activeSeconds: 0 }, steps,
  },
}); // prettier-ignore
const asking = {
  id: 'ok', path: 'ok', status: 'waiting', attempt: 1, uses: 'approval', output: null, error: null, startedAt: at,
  finishedAt: null, wait: { kind: 'approval', until: null },
}; // prettier-ignore

const wait = (looks: Answer | readonly Answer[], streams: Answer | readonly Answer[], more = '', terminal = false) => {
  hub
    .on('POST /workflows/hello/runs', { status: 202, json: { id: 'r1' } })
    .on('GET /runs/r1', looks)
    .on('GET /runs/r1/stream', streams);
  return commandLine(`run hello --wait${more}`.split(' '), { url: hub.url, terminal });
};
const seen = (path: string) => hub.seen.filter(({ url }) => url.pathname === `/api/v1${path}`);
/** Ends without saying that the run has ended, as it does when a replica shuts down. */
const cutOff = (seqs: readonly number[]): Answer => ({ ...stream(seqs), open: false });

describe('waiting for a run', () => {
  it('asks nothing while nothing happens', async () => {
    expect((await wait(run('running'), stream([1, 2]), ' --timeout 1500ms')).code).toBe(6);
    expect(seen('/runs/r1/stream')).toHaveLength(1);
    expect(seen('/runs/r1/stream')[0]!.headers).toMatchObject({
      accept: 'text/event-stream',
      authorization: 'Bearer secret-token',
    });
    // At once, after the events that were there already, and when the time was up.
    expect(seen('/runs/r1').length).toBeLessThanOrEqual(3);
  });

  it('on a terminal shows that time goes on, without asking', async () => {
    const { stderr } = await wait(run('running'), stream([]), ' --timeout 1200ms', true);
    expect(seen('/runs/r1')).toHaveLength(2);
    expect(stderr.split('\x1b[1A\r\x1b[0J')).toHaveLength(3);
  });

  it('does not look at every event of a run in which much happens', async () => {
    const { code } = await wait(run('running'), cutOff(Array.from({ length: 500 }, (_, n) => n)), ' --timeout 600ms');
    expect(code).toBe(6);
    expect(seen('/runs/r1').length).toBeLessThan(12);
  });

  it('comes back after the last event it saw, for as long as it takes', async () => {
    const outcome = await wait(
      [run('running'), run('running'), run('running'), run('running'), run('succeeded')],
      [cutOff([1, 2]), { cut: true }, cutOff([]), cutOff([3]), stream([4], 'succeeded')],
    );
    expect(outcome).toMatchObject({ code: 0, stdout: 'succeeded\n' });
    const after = seen('/runs/r1/stream').map(({ headers }) => headers['last-event-id']);
    expect([undefined, '2', '2', '2', '3'].slice(0, after.length)).toEqual(after);
    expect(after.length).toBeGreaterThan(1);
  });

  it.each([
    [problem(429, 'CC_TOO_MANY_STREAMS', 'the token has 50 streams open')],
    [problem(503, 'CC_OVERLOADED', '500 streams are open')],
    [{ status: 204 }],
    [{ body: 'an answer of something between us and the hub' }],
  ])('looks now and then where no stream is to be had: %j', async (refused) => {
    const outcome = await wait([run('running'), run('running'), run('running'), run('failed')], refused);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).not.toContain('Still trying');
    expect(seen('/runs/r1/stream').length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    [401, 'CC_UNAUTHENTICATED', 3],
    [403, 'CC_FORBIDDEN', 3],
    [404, 'CC_RUN_NOT_FOUND', 4],
  ])('ends when the stream is refused with %d', async (status, code, exit) => {
    const outcome = await wait(run('running'), problem(status, code, 'no'));
    expect(outcome).toMatchObject({
      code: exit,
      stdout: '',
      stderr: expect.stringContaining(`no [${code}]`) as string,
    });
    expect(seen('/runs/r1/stream')).toHaveLength(1);
  });

  it('looks again for what a step asks until it can be read, and then no more', async () => {
    const approval = { id: 'a1', run: 'r1', step: 'ok', message: 'Go on?', approvers: [], status: 'pending' };
    const nothing = { json: { items: [], nextCursor: null } };
    hub.on('GET /approvals', [nothing, nothing, { json: { items: [approval], nextCursor: null } }]);
    const outcome = await wait(run('waiting', [asking]), stream([1]), ' --timeout 1500ms');
    expect(outcome.stderr.match(/approvals approve a1/g)).toHaveLength(1);
    expect(seen('/approvals').map(({ url }) => url.search)).toEqual(Array(3).fill('?run=r1&status=pending&limit=100'));
  });
});
