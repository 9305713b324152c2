import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failureKind } from '@commandcenter/sdk';
import { agentContract, type FakeContext, fakeContext, startPlugin } from '@commandcenter/sdk/testing';
import plugin from './index.js';
import { ShellOptions } from './options.js';
import { matches } from './programs.js';
import { RunInput, type RunOutput } from './run-schema.js';
import { ShellAgent } from './shell-agent.js';
import { Tail } from './tail.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'cc-shell-')));
const inside = join(root, 'inside');
const outside = join(root, 'outside');
afterAll(() => rmSync(root, { recursive: true, force: true }));

for (const folder of [inside, outside, join(inside, 'below'), join(root, 'inside-not')]) mkdirSync(folder);
symlinkSync(outside, join(inside, 'way-out'));
symlinkSync(join(inside, 'below'), join(inside, 'way-in'));
const program = (name: string, text: string) => {
  writeFileSync(join(root, name), text);
  chmodSync(join(root, name), 0o755);
  return { name, path: join(root, name) };
};

const node = { name: 'node', path: process.execPath };
const allow = [node, 'cat', 'env', 'printf', 'pwd', 'sh', 'sleep', 'echo'];
const options = { allow, folders: [inside], killAfterMs: 300 };

type Written = Partial<Record<keyof RunInput, unknown>>;

async function run(
  input: Written,
  given: object = {},
  ctx: FakeContext = fakeContext(),
  secrets = {},
): Promise<RunOutput> {
  const started = await startPlugin(plugin, ShellOptions.parse({ ...options, ...given }), secrets);
  try {
    return await (started.get(ShellAgent) as ShellAgent).run(RunInput.parse(input), ctx);
  } finally {
    await started.stop();
  }
}
const js = (code: string, ...args: string[]) => ['node', '-e', code, ...args];
async function failure(...args: Parameters<typeof run>): Promise<[string | undefined, string]> {
  const thrown = await run(...args).then((output) => new Error(`no failure: ${JSON.stringify(output)}`), (e: Error) => e); // prettier-ignore
  return [failureKind(thrown), thrown.message];
}
/** Whether a process lives; one that ended and was not collected does not. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('shell.run', () => {
  it('gives what the program said, and how it ended', async () => {
    const command = js('process.stdout.write("out\\n\\n"); process.stderr.write("err\\n"); process.exitCode = 3');
    expect(await run({ command, expectExit: [0, 3] })).toEqual({
      exitCode: 3,
      stdout: 'out',
      stderr: 'err',
      stdoutTruncated: false,
      stderrTruncated: false,
      durationMs: expect.any(Number),
    });
  });

  it.each(['$(id)', '`id`', '; id', '&& id', '| id', '> x', '*', '$HOME', "'", '"', '\\', 'a\nb', '~', '{a,b}', ''])(
    'hands on the argument %j as it is',
    async (argument) => {
      const { stdout } = await run({
        command: js('console.log(JSON.stringify(process.argv.slice(1)))', '--', argument),
      });
      expect(JSON.parse(stdout)).toEqual([argument]);
    },
  );

  it('gives stdin, and minds no program that does not read it', async () => {
    expect((await run({ command: ['cat'], stdin: 'grüezi' })).stdout).toBe('grüezi');
    expect(await run({ command: ['sleep', '0'], stdin: 'x'.repeat(1_000_000) })).toMatchObject({ exitCode: 0 });
  });

  it('reads JSON when asked to', async () => {
    expect((await run({ command: ['echo', '{"a":[1]}'], parse: 'json' })).json).toEqual({ a: [1] });
    expect(await failure({ command: ['echo', '{'], parse: 'json' })).toEqual(['terminal', 'What echo wrote to stdout is not JSON']); // prettier-ignore
  });

  it('cuts no secret, in its output and in what it tells of a failure', async () => {
    const secrets = { PASSWORD: 'hunter2-hunter2-hunter2' };
    const given = { allow: [{ ...node, secretEnv: { PW: 'PASSWORD' } }] };
    const says = (after: number) => js(`console.log("-".repeat(9000) + process.env.PW + "-".repeat(${after})); console.error(process.env.PW + "-".repeat(${after}))`); // prettier-ignore
    const ctx = fakeContext();
    await failure({ command: says(3_980), expectExit: [1] }, given, ctx, secrets);
    const fields = ctx.recorded.logs[0]?.fields;
    expect(String(fields?.['stdout']).length).toBeGreaterThan(3_900);
    expect(JSON.stringify(fields)).not.toContain('unter2');
    const output = await run({ command: says(85) }, { ...given, maxOutputBytes: 100 }, fakeContext(), secrets);
    expect(output).toMatchObject({ stdoutTruncated: true, stderrTruncated: true });
    expect(JSON.stringify(output)).not.toContain('unter2');
  });

  it('keeps the end of what is too long', async () => {
    const command = js('for (let n = 0; n < 20000; n++) console.log(n); console.error("short")');
    const output = await run({ command }, { maxOutputBytes: 20 });
    expect(output).toMatchObject({ stdout: '6\n19997\n19998\n19999', stdoutTruncated: true, stderrTruncated: false });
    const json = failure({ command: ['echo', '[1,2,3,4,5,6,7,8,9]'], parse: 'json' }, { maxOutputBytes: 5 });
    expect(await json).toEqual(['terminal', 'echo wrote more JSON than maxOutputBytes of the shell plugin']);
  });
});

describe('the environment', () => {
  it('holds nothing of the hub', async () => {
    process.env['CC_CANARY'] = 'c4n4ry';
    const { stdout } = await run({ command: ['env'] }, { path: ['/usr/bin', '/bin'] });
    expect(stdout).toBe('PATH=/usr/bin:/bin');
  });

  it('is what the options and, where they let it, the step say; the options win', async () => {
    const env = { name: 'env', env: { A: 'a', B: 'b' }, secretEnv: { KEY: 'SHOP_KEY' }, stepEnv: ['B', 'C', 'KEY'] };
    const input = { command: ['env'], env: { B: 'step', C: 'c=$A', KEY: 'step' } };
    const { stdout } = await run(input, { allow: [env], path: ['/usr/bin', '/bin'] }, fakeContext(), { SHOP_KEY: 's3cr3t' }); // prettier-ignore
    expect(stdout.split('\n').sort()).toEqual(['A=a', 'B=b', 'C=c=$A', 'KEY=s3cr3t', 'PATH=/usr/bin:/bin']);
  });

  it.each(['LD_PRELOAD', 'PATH', 'A', 'constructor'])('takes no %s from a step that must not set it', async (name) => {
    const env = JSON.parse(`{"${name}":"x"}`) as object;
    expect(await failure({ command: ['env'], env })).toEqual(['terminal', expect.stringContaining(`must not set ${name} for env`)]); // prettier-ignore
  });

  it.each(['LD_PRELOAD', 'PATH', 'BASH_ENV', 'NODE_OPTIONS', 'GIT_SSH_COMMAND'])(
    '%s cannot be left to steps',
    (name) => {
      const { error } = ShellOptions.safeParse({ allow: [{ name: 'env', stepEnv: [name] }] });
      expect(error?.issues).toMatchObject([{ path: ['allow', 0, 'stepEnv', 0], message: expect.stringContaining('decides which code runs') }]); // prettier-ignore
    },
  );
});

describe('what may run', () => {
  it('is nothing by default', async () => {
    expect(await failure({ command: ['cat'] }, { allow: [] })).toEqual([
      'terminal',
      'cat is not allowed; list it under allow in the options of the shell plugin',
    ]);
  });

  it.each(['/bin/cat', './cat', '../bin/cat', 'bin/cat', '..', '', '-c', 'cat\0', 'cat id', '$SHELL', 'CÄT'])(
    'is no path, and nothing that is no name: %j',
    (name) => {
      expect(RunInput.safeParse({ command: [name] }).success).toBe(false);
    },
  );

  it.each(['constructor', '__proto__', 'toString', 'CAT', 'cat.exe'])('is not %s', async (name) => {
    expect((await failure({ command: [name] }))[1]).toContain('is not allowed');
  });

  it('is what was found first on the path when the hub started, not what came later', async () => {
    const [early, late] = [join(root, 'early'), join(root, 'late')];
    for (const folder of [early, late]) mkdirSync(folder);
    const tool = { ...program('late/tool', '#!/bin/sh\necho late\n'), name: 'tool' };
    const started = await startPlugin(plugin, ShellOptions.parse({ allow: ['tool'], path: [early, late] }));
    const agent = started.get(ShellAgent) as ShellAgent;
    const said = async () => (await agent.run(RunInput.parse({ command: ['tool'] }), fakeContext())).stdout;
    expect(await said()).toBe('late');
    program('early/tool', '#!/bin/sh\necho early\n');
    expect(await said()).toBe('late');
    await started.stop();
    expect(await run({ command: ['tool'] }, { allow: [tool], path: [early] })).toMatchObject({ stdout: 'late' });
  });

  it('is found when the hub starts, or fails for good', async () => {
    mkdirSync(join(root, 'a-folder'));
    writeFileSync(join(root, 'no-program'), 'echo');
    for (const name of ['nowhere', 'a-folder', 'no-program']) {
      const [kind, message] = await failure({ command: [name] }, { allow: [name], path: [root] });
      expect([kind, message]).toEqual(['terminal', expect.stringContaining('was not found when the hub started')]);
    }
    const { name } = program('no-interpreter', '#!/nowhere/sh\n');
    expect(await failure({ command: [name] }, { allow: [name], path: [root] })).toEqual(['terminal', 'no-interpreter cannot be started: ENOENT']); // prettier-ignore
    expect(await failure({ command: ['echo', ...Array.from({ length: 30 }, () => 'x'.repeat(99_000))] })).toEqual(['terminal', 'echo cannot be started: E2BIG']); // prettier-ignore
  });

  it('is bounded by its argument lists', async () => {
    const echo = { name: 'echo', arguments: [['status', '*'], ['list', '**'], []] };
    const said = async (...args: string[]) => run({ command: ['echo', ...args] }, { allow: [echo] }).then(({ stdout }) => stdout, (e: Error) => e.message); // prettier-ignore
    expect(await said('status', 'nginx')).toBe('status nginx');
    expect(await said('stop', 's3cr3t')).toBe('echo is not allowed with these 2 arguments; see its arguments in the options of the shell plugin'); // prettier-ignore
    expect(await said('status', '--help')).toContain('is not allowed');
  });
});

it.each([
  [['a', '*'], ['a', 'b'], true],
  [['a', '*'], ['a'], false],
  [['a', '*'], ['a', 'b', 'c'], false],
  [['a', '*'], ['a', '-b'], false],
  [['a', '*'], ['b', 'a'], false],
  [['-n', '*'], ['-n', '1'], true],
  [['a', '**'], ['a'], true],
  [['a', '**'], ['a', 'b', 'c'], true],
  [['a', '**'], ['a', 'b', '-c'], false],
  [['**'], [], true],
  [[], [], true],
  [[], ['a'], false],
])('%j allows %j: %s', (pattern, args, allowed) => {
  expect(matches(pattern, args)).toBe(allowed);
});

describe('cwd', () => {
  const at = async (cwd?: string, given = {}) => (await run({ command: ['pwd', '-P'], ...(cwd !== undefined && { cwd }) }, given)).stdout; // prettier-ignore

  it('is the first folder, one below, or / where there are none', async () => {
    expect(await at()).toBe(inside);
    expect(await at('below')).toBe(join(inside, 'below'));
    expect(await at(join(inside, 'below'))).toBe(join(inside, 'below'));
    expect(await at('below/../way-in/.')).toBe(join(inside, 'below'));
    expect(await at(outside, { folders: [inside, outside] })).toBe(outside);
    expect(await at(undefined, { folders: [] })).toBe('/');
  });

  it.each([
    '..',
    '/',
    '/tmp',
    '../outside',
    outside,
    'way-out',
    'below/../..',
    '../inside-not',
    'nothing',
    '/etc/passwd',
  ])('is not %s', async (cwd) => {
    const refused = ['terminal', 'cwd is no folder in the folders of the shell plugin'];
    expect(await failure({ command: ['pwd'], cwd })).toEqual(refused);
  });

  it('is none at all without folders', async () => {
    expect((await failure({ command: ['pwd'], cwd: '/' }, { folders: [] }))[1]).toContain('No cwd is allowed');
  });
});

describe('a failure', () => {
  it('is one that may be over next time; what was said is in the log, not in the message', async () => {
    const ctx = fakeContext();
    const thrown = await failure({ command: js('console.error("s3cr3t"); process.exitCode = 4', 's3cr3t') }, {}, ctx);
    const message = 'node exited with 4, which is not in expectExit; what it said is in the log of the step';
    expect(thrown).toEqual(['retryable', message]);
    expect(ctx.recorded.logs).toEqual([
      { level: 'warn', message: 'node failed', fields: { exitCode: 4, signal: null, stdout: '', stderr: 's3cr3t\n' } },
    ]);
  });

  it('is an end by a signal, whatever expectExit says', async () => {
    const killed = failure({ command: js('process.kill(process.pid, "SIGKILL")'), expectExit: [0, 137, 9] });
    expect(await killed).toEqual(['retryable', expect.stringMatching(/^node was ended by SIGKILL/)]);
  });

  it('is a timeout of its own', async () => {
    const late = failure({ command: ['sleep', '30'], timeout: '50ms' });
    expect(await late).toEqual(['retryable', 'sleep did not end within 50ms']);
  });
});

describe('the end of a step', () => {
  const pidFile = join(root, 'pids');
  /** Starts a child that does as `child` says, tells both pids, and waits. */
  const family = (child: string, self = '') =>
    js(`${self}
      const { spawn } = require('child_process');
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(`${child}; setInterval(() => {}, 1000); console.log('ready')`)}], { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.once('data', () => require('fs').writeFileSync(${JSON.stringify(pidFile)}, process.pid + ' ' + child.pid));
      setInterval(() => {}, 1000);`);

  async function aborted(
    command: string[],
    given = {},
  ): Promise<{ pids: number[]; ms: number; kind: string | undefined }> {
    rmSync(pidFile, { force: true });
    const controller = new AbortController();
    const running = failure({ command }, given, fakeContext({ signal: controller.signal }));
    let pids: number[] = [];
    for (let tries = 0; pids.length < 2 && tries < 500; tries += 1) {
      await sleep(20);
      try {
        pids = readFileSync(pidFile, 'utf8').split(' ').map(Number);
      } catch {
        continue;
      }
    }
    expect(pids.every(lives)).toBe(true);
    const before = performance.now();
    controller.abort();
    const [kind] = await running;
    return { pids, ms: performance.now() - before, kind };
  }

  it('ends the program and all it started, with SIGTERM', async () => {
    const { pids, kind } = await aborted(family(''), { killAfterMs: 5_000 });
    expect([kind, pids.filter(lives)]).toEqual(['cancelled', []]);
  });

  it('ends those that do not hear SIGTERM with SIGKILL, after their time', async () => {
    const deaf = `process.on('SIGTERM', () => {})`;
    const { pids, ms, kind } = await aborted(family(deaf, deaf));
    await sleep(50);
    expect([kind, pids.filter(lives)]).toEqual(['cancelled', []]);
    expect(ms).toBeGreaterThanOrEqual(options.killAfterMs - 5);
  });

  it('leaves those it started their time when the program itself went at once', async () => {
    const told = join(root, 'told');
    const orderly = `process.on('SIGTERM', () => setTimeout(() => { require('fs').writeFileSync(${JSON.stringify(told)}, ''); process.exit() }, 100))`;
    const { pids } = await aborted(family(orderly), { killAfterMs: 5_000 });
    expect(readFileSync(told, 'utf8')).toBe('');
    expect(pids.filter(lives)).toEqual([]);
  });

  it('leaves nothing running that the program left behind', async () => {
    const { stdout } = await run({ command: ['sh', '-c', 'sleep 300 & echo $!'] });
    await sleep(50);
    expect(lives(Number(stdout))).toBe(false);
  });

  it('does not wait for one that left the group and holds on to the output', async () => {
    const before = performance.now();
    const code = `const c = require('child_process').spawn('sleep', ['30'], { detached: true, stdio: ['ignore', 'inherit', 'inherit'] }); c.unref(); console.log(c.pid)`;
    const { stdout } = await run({ command: js(code) });
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(lives(Number(stdout))).toBe(true);
    process.kill(Number(stdout), 'SIGKILL');
  });

  it('starts nothing when it was aborted before', async () => {
    const signal = AbortSignal.abort();
    const touched = join(root, 'touched');
    const command = js(`require('fs').writeFileSync(${JSON.stringify(touched)}, '')`);
    expect((await failure({ command }, {}, fakeContext({ signal })))[0]).toBe('cancelled');
    expect(() => readFileSync(touched)).toThrow('ENOENT');
  });
});

const none = { redact: (text: string) => text, longest: 0 };

it('the end of a stream takes bounded memory, however it comes', () => {
  const tail = new Tail(10, none);
  for (let n = 0; n < 100_000; n += 1) tail.add(Buffer.from(String(n % 10)));
  expect([tail.text(), tail.truncated]).toEqual(['0123456789', true]);
  const cut = new Tail(3, none);
  cut.add(Buffer.from('aüü'));
  expect(cut.text()).toBe('\ufffdü');
  const empty = new Tail(3, none);
  expect([empty.text(), empty.truncated]).toEqual(['', false]);
});

it('the end of a stream holds no part of a secret, wherever it is cut', () => {
  const secret = 'QWERTYUIOP';
  const secrets = { redact: (text: string) => text.replaceAll(secret, '***'), longest: secret.length };
  for (let before = 0; before < 60; before += 1) {
    for (const size of [1, 7, 1_000]) {
      const tail = new Tail(12, secrets);
      const said = Buffer.from(`${'-'.repeat(before)}${secret}+${secret}${'-'.repeat(before % 13)}`);
      for (let at = 0; at < said.length; at += size) tail.add(said.subarray(at, at + size));
      const text = tail.text();
      expect([before, size, text.replaceAll('***', '')]).toEqual([before, size, expect.stringMatching(/^[-+*]*$/)]);
      expect([tail.truncated, text.length <= 12]).toEqual([true, true]);
    }
  }
});

it('options name no program twice, and no folder that is not absolute', () => {
  for (const wrong of [
    { allow: ['cat', { name: 'cat' }] },
    { folders: ['data'] },
    { allow: ['/bin/cat'] },
    { path: [] },
    { other: 1 },
  ]) {
    expect([wrong, ShellOptions.safeParse(wrong).success]).toEqual([wrong, false]);
  }
});

agentContract(plugin, {
  options,
  // Processes start slowly on a busy machine.
  abortWithin: 5_000,
  examples: {
    'shell.run': {
      right: [
        { input: { command: ['echo', 'a'] } },
        { input: { command: ['sh', '-c', 'exit 2'], expectExit: [2] } },
        { name: 'long', input: { command: ['sleep', '1'], timeout: '100ms' }, fails: 'retryable' },
        { name: 'unknown', input: { command: ['rm', '-rf', '/'] }, fails: 'terminal' },
      ],
      wrong: [
        {},
        { command: [] },
        { command: 'echo a' },
        { command: ['/bin/sh'] },
        { command: ['echo', 7] },
        { command: ['echo', 'a\0b'] },
        { command: ['echo'], env: { 'A=B': 'x' } },
        { command: ['echo'], env: { A: 'x\0' } },
        { command: ['echo'], expectExit: [] },
        { command: ['echo'], expectExit: [256] },
        { command: ['echo'], timeout: '0s' },
        { command: ['echo'], timeout: '8d' },
        { command: ['echo'], shell: true },
        { command: ['echo'], cwd: 'a\0' },
        { command: ['echo', ...Array.from({ length: 1_000 }, () => 'a')] },
      ],
    },
  },
});
