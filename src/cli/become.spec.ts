import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const become = fileURLToPath(new URL('./become.ts', import.meta.url));

/** Says "up", counts Ctrl-C and SIGTERM, and ends half a second after the first. */
const program = `
  const seen = [];
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
    seen.push(signal);
    if (seen.length === 1) setTimeout(() => { console.log(seen.join(' ')); process.exit(9); }, 500);
  });
  setInterval(() => undefined, 1000);
  console.log('up ' + process.pid);
`;

/** A process that calls become.ts, which Node reads as it stands. */
function relay(how: 'become' | 'runAsChild', code = program): string[] {
  const call = `import { ${how} } from ${JSON.stringify(become)}; process.exitCode = await ${how}(process.execPath, ['-e', ${JSON.stringify(code)}]);`;
  return ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', call];
}

async function up(child: ChildProcess): Promise<{ pid: number; rest: Promise<string> }> {
  const chunks: string[] = [];
  const pid = await new Promise<number>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      chunks.push(chunk.toString());
      const match = /up (\d+)/.exec(chunks.join(''));
      if (match) resolve(Number(match[1]));
    });
  });
  return { pid, rest: new Promise((resolve) => child.stdout?.on('end', () => resolve(chunks.join('')))) };
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.on('exit', resolve));

describe.each(['become', 'runAsChild'] as const)('%s', (how) => {
  it('passes output and exit code on', async () => {
    const child = spawn(process.execPath, relay(how, 'console.log("done"); process.exit(7)'), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [code, out] = await Promise.all([ended(child), text(child.stdout)]);
    expect([code, out]).toEqual([7, 'done\n']);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('lets a %s sent to this process reach the program once', async (signal) => {
    const child = spawn(process.execPath, relay(how), { stdio: ['ignore', 'pipe', 'inherit'] });
    const code = ended(child);
    const { pid, rest } = await up(child);
    // become replaces the process, where it can; a child has an id of its own
    if (how === 'runAsChild') expect(pid).not.toBe(child.pid);
    child.kill(signal);
    expect([await code, (await rest).trim().split('\n').at(-1)]).toEqual([9, signal]);
  });

  const terminal = existsSync('/usr/bin/script') ? it : it.skip;
  terminal('gives the program one Ctrl-C of a terminal, not two', async () => {
    const quoted = [process.execPath, ...relay(how)].map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`).join(' ');
    // exec: a shell that stays (dash does, bash does not) would answer for the program, with a code of its own
    const child = spawn('/usr/bin/script', ['-qec', `exec ${quoted}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const code = ended(child);
    const { rest } = await up(child);
    await sleep(100);
    child.stdin?.write('\x03');
    // the terminal itself echoes ^C
    expect([await code, (await rest).trim().split('\n').at(-1)]).toEqual([9, '^CSIGINT']);
  });
});

describe('runAsChild', () => {
  it('answers 128 and the signal when the program was killed', async () => {
    const child = spawn(process.execPath, relay('runAsChild', 'process.kill(process.pid, "SIGKILL")'), {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    expect(await ended(child)).toBe(137);
  });
});
