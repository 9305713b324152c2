import { commandLine, testNow, type Around } from '../../test/support/cli/command-line.js';
import { problem, stream, TinyHub } from '../../test/support/cli/tiny-hub.js';

let hub: TinyHub;
beforeEach(async () => {
  hub = await TinyHub.start();
});
afterEach(() => hub.stop());

const cc = (argv: string, around: Around = {}) => commandLine(argv.split(' '), { url: hub.url, ...around });

const at = (msAgo: number): string => new Date(testNow - msAgo).toISOString();
const started = {
  id: '0191-r1',
  workflow: 'hello',
  version: 'abc123',
  status: 'queued',
  createdAt: at(0),
  duplicate: false,
};
const runView = (status: string, more: object = {}) => ({
  ...started,
  status,
  trigger: { kind: 'manual', by: 'admin' },
  input: { name: 'Ada' },
  output: status === 'succeeded' ? { text: 'Hello Ada' } : null,
  error: null,
  createdAt: at(3_000),
  startedAt: at(2_500),
  finishedAt: status === 'running' ? null : at(500),
  traceId: 'feed',
  cost: { usd: 0, activeSeconds: 1.5 },
  steps: [
    {
      id: 'greet',
      path: 'greet',
      status,
      attempt: 1,
      uses: 'transform.value',
      output: null,
      error: null,
      startedAt: at(2_500),
      finishedAt: at(500),
    },
  ],
  ...more,
});

describe('run', () => {
  beforeEach(() => hub.on('GET /runs/0191-r1/stream', stream([1, 2, 3], 'succeeded')));

  it('starts with input, version and a key that makes repeating safe', async () => {
    hub.on('POST /workflows/hello/runs', [{ cut: true }, { status: 202, json: started }]);
    const outcome = await commandLine(['run', 'hello', '--input', '{"name":"Ada"}', '--version', 'abc123'], {
      url: hub.url,
    });
    expect(outcome).toEqual({ code: 0, stdout: '0191-r1  · queued  hello  version abc123\n', stderr: '' });
    expect(hub.seen.map(({ body }) => JSON.parse(body))).toEqual(
      Array(2).fill({ input: { name: 'Ada' }, version: 'abc123' }),
    );
    expect(hub.seen[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(hub.seen[1]?.headers['idempotency-key']).toBe(hub.seen[0]?.headers['idempotency-key']);
  });

  it('takes the key it is given, and input from stdin', async () => {
    hub.on('POST /workflows/hello/runs', { status: 202, json: started });
    const outcome = await cc('run hello --idempotency-key mine --input - --json', { stdin: '[1]' });
    expect(JSON.parse(outcome.stdout)).toEqual(started);
    expect(hub.seen[0]).toMatchObject({ body: '{"input":[1]}', headers: { 'idempotency-key': 'mine' } });
  });

  it.each([
    ['succeeded', 0],
    ['failed', 1],
    ['cancelled', 5],
  ])('with --wait exits by the status: %s is %d', async (status, code) => {
    hub
      .on('POST /workflows/hello/runs', { status: 202, json: started })
      .on('GET /runs/0191-r1', [{ json: runView('running') }, { json: runView(status) }]);
    expect((await cc('run hello --wait')).code).toBe(code);
  });

  it('with --wait prints the output alone on stdout, changes on stderr', async () => {
    hub
      .on('POST /workflows/hello/runs', { status: 202, json: started })
      .on('GET /runs/0191-r1', [{ json: runView('running') }, { json: runView('succeeded') }]);
    const outcome = await cc('run hello --wait');
    expect(outcome.stdout).toBe('{\n  "text": "Hello Ada"\n}\n');
    expect(outcome.stderr.split('\n')).toEqual([
      '▸ greet  running  2.0 s',
      '▸ run 0191-r1 running  3.0 s',
      '✓ greet  succeeded  2.0 s',
      '✓ run 0191-r1 succeeded  2.5 s',
      '',
    ]);
  });

  it('redraws one table on a terminal', async () => {
    hub
      .on('POST /workflows/hello/runs', { status: 202, json: started })
      .on('GET /runs/0191-r1', [{ json: runView('running') }, { json: runView('succeeded') }]);
    const { stderr } = await cc('run hello --wait', { terminal: true });
    // two lines up, then erased, before the second drawing
    expect(stderr.split('\x1b[2A\r\x1b[0J')).toHaveLength(2);
    expect(stderr).toContain('\x1b[32m✓\x1b[39m');
  });

  it('with --wait --json prints the run as the API gives it, and nothing else', async () => {
    hub
      .on('POST /workflows/hello/runs', { status: 202, json: started })
      .on('GET /runs/0191-r1', { json: runView('failed') });
    const outcome = await cc('run hello --wait --json');
    expect(JSON.parse(outcome.stdout)).toEqual(runView('failed'));
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
  });

  it('says why a run failed', async () => {
    const error = { type: 'terminal', code: 'CC_STEP_FAILED', message: 'no such host', step: 'greet' };
    hub
      .on('POST /workflows/hello/runs', { status: 202, json: started })
      .on('GET /runs/0191-r1', { json: runView('failed', { error }) });
    expect((await cc('run hello --wait')).stderr).toContain('✗ no such host (step greet) [CC_STEP_FAILED]\n');
  });

  it('goes on waiting while the hub restarts', async () => {
    hub.on('POST /workflows/hello/runs', { status: 202, json: started });
    hub.on('GET /runs/0191-r1', [
      { cut: true },
      problem(503, 'CC_SHUTTING_DOWN', 'bye'),
      { json: runView('succeeded') },
    ]);
    const outcome = await cc('run hello --wait');
    expect(outcome.code).toBe(0);
    expect(outcome.stderr.match(/Still trying/g)).toHaveLength(1);
  });

  it('leaves the run alone when the time is up or the user goes', async () => {
    hub
      .on('POST /workflows/hello/runs', { status: 202, json: started })
      .on('GET /runs/0191-r1', { json: runView('running') });
    const late = await cc('run hello --wait --timeout 20ms');
    expect(late).toMatchObject({ code: 6, stderr: expect.stringContaining('it goes on') as string });
    const gone = await cc('run hello --wait', { interrupt: AbortSignal.timeout(80) });
    expect(gone).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('commandcenter runs cancel 0191-r1') as string,
    });
    expect(hub.seen.every(({ url }) => !url.pathname.endsWith('/cancel'))).toBe(true);
  });
});

describe('errors', () => {
  it('prints sentence, code and problems by path', async () => {
    hub.on(
      'POST /workflows/hello/runs',
      problem(400, 'CC_INPUT_INVALID', 'the input is wrong', {
        problems: [
          { path: 'input.name', message: 'must be text' },
          { path: '', message: 'evil\x1b[2J', code: 'CC_X' },
        ],
      }),
    );
    await expect(cc('run hello')).resolves.toEqual({
      code: 1,
      stdout: '',
      stderr: '✗ the input is wrong [CC_INPUT_INVALID]\n  input.name  must be text\n  evil\\x1b[2J  [CC_X]\n',
    });
  });

  it('prints the problem document with --json', async () => {
    hub.on('GET /runs/x', problem(404, 'CC_RUN_NOT_FOUND', 'there is no run x'));
    const outcome = await cc('runs show x --json');
    expect(outcome).toMatchObject({ code: 4, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({ status: 404, code: 'CC_RUN_NOT_FOUND' });
  });

  it.each([
    [401, 'CC_UNAUTHENTICATED', 3],
    [403, 'CC_FORBIDDEN', 3],
    [404, 'CC_RUN_NOT_FOUND', 4],
    [409, 'CC_RUN_FINISHED', 1],
    [500, 'CC_INTERNAL', 1],
  ])('exits by what the hub says: %d %s is %d', async (status, code, exit) => {
    hub.on('POST /runs/x/cancel', problem(status, code, 'no'));
    expect((await cc('runs cancel x')).code).toBe(exit);
  });

  it('exits with 3 when there is no hub', async () => {
    const address = hub.url;
    await hub.stop();
    const outcome = await commandLine(['runs', 'cancel', 'x'], { url: address });
    expect(outcome).toMatchObject({ code: 3, stderr: expect.stringContaining('[CC_HUB_UNREACHABLE]') as string });
    expect(await commandLine(['runs', 'list'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('[CC_HUB_UNKNOWN]') as string,
    });
    hub = await TinyHub.start();
  });

  it.each([
    'nonsense',
    'run',
    'runs',
    'runs list --status unknown',
    'runs list --limit 0',
    'runs list --since yesterday',
    'run hello --timeout 5',
    'run hello --input {',
    'events send --data {}',
    'completion tcsh',
    'start --role boss',
  ])('exits with 2 and asks nobody: %s', async (argv) => {
    const outcome = await cc(argv, { becomeHub: () => Promise.reject(new Error('started')) });
    expect([outcome.code, outcome.stdout, outcome.stderr === '']).toEqual([2, '', false]);
    expect(hub.seen).toHaveLength(0);
  });

  it('exits with 4 when a file is not there', async () => {
    expect(await cc('run hello --input @/nonexistent/x.json')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('[CC_FILE_UNREADABLE]') as string,
    });
  });
});

describe('the hub itself', () => {
  it.each(['start', 'start --role worker', 'migrate', 'doctor'])(
    '%s becomes the hub with the same arguments and exit code',
    async (argv) => {
      const asked: (readonly string[])[] = [];
      const becomeHub = (args: readonly string[]) => (asked.push(args), Promise.resolve(17));
      expect((await cc(argv, { becomeHub })).code).toBe(17);
      expect(asked).toEqual([argv.split(' ')]);
    },
  );
});

describe('help', () => {
  it.each(['--help', 'runs list --help', '--version'])('%s is an answer: stdout, exit 0', async (argv) => {
    const outcome = await cc(argv);
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    expect(outcome.stdout.length).toBeGreaterThan(5);
  });
});
