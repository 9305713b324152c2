import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program in place of this process, with its terminal and environment; answers its exit code.
 *
 * Where Node can replace the process (execve), it does, and this never returns: one process, so a signal reaches the
 * program once, whoever sends it. Otherwise (Windows, old Node) a child is started and signals are passed on, except
 * those a terminal has already sent to the whole group: Ctrl-C must not arrive twice, twice means "stop now".
 */
export function become(program: string, args: readonly string[]): Promise<number> {
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    process.execve(program, [program, ...args]);
  }
  return runAsChild(program, args);
}

export function runAsChild(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit' });
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const relays = (['SIGINT', 'SIGHUP', 'SIGTERM'] as const).map((signal) => {
    const relay = (): void => {
      if (signal === 'SIGTERM' || !onTerminal) child.kill(signal);
    };
    process.on(signal, relay);
    return () => process.off(signal, relay);
  });
  return new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
  }).finally(() => relays.forEach((stop) => stop()));
}
