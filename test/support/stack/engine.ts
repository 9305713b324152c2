import { spawnSync } from 'node:child_process';

/** What `docker` and its Compose plugin say when they reach an engine; undefined where they do not. */
function engine(): string | undefined {
  const ask = (...args: string[]) => spawnSync('docker', args, { encoding: 'utf8', timeout: 15_000 });
  const version = ask('version', '--format', '{{.Server.Version}}');
  const compose = ask('compose', 'version', '--short');
  return version.status === 0 && compose.status === 0 ? version.stdout.trim() : undefined;
}

/** Skipped, with the reason in its name, where no engine answers. */
export const describeWithEngine = (title: string, tests: () => void): void => {
  if (engine() === undefined) describe.skip(`${title} (no Docker engine with Compose answers)`, tests);
  else describe(title, tests);
};
