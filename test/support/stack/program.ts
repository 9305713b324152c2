import { spawnSync } from 'node:child_process';
import { root } from './compose.js';

/** The first of these programs that is on the PATH and starts; undefined when none does. */
export function programOf(...names: readonly string[]): string | undefined {
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined);
}

/** Runs it in the repository's root; answers the exit code and what it said. */
export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { code: status, said: `${stdout}${stderr}` };
}
