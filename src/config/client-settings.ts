import { resolve } from 'node:path';
import type { Environment } from './environment-schema.js';

/** What the command line needs to reach a hub. Nothing is checked here: a hub elsewhere has its own configuration. */
export interface ClientSettings {
  readonly url?: string;
  readonly token?: string;
  /** Where a hub on this machine leaves its address and admin token. */
  readonly file: string;
  readonly noColor: boolean;
}

export function clientSettings(env: Environment = process.env, cwd: string = process.cwd()): ClientSettings {
  const configFile = env['COMMANDCENTER_CONFIG'] || 'commandcenter.yaml';
  return {
    ...(env['COMMANDCENTER_URL'] && { url: env['COMMANDCENTER_URL'] }),
    ...(env['COMMANDCENTER_TOKEN'] && { token: env['COMMANDCENTER_TOKEN'] }),
    file: resolve(cwd, configFile, '..', '.commandcenter', 'cli.json'),
    noColor: env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '',
  };
}

/** LOG_LEVEL=debug or trace: start-up faults are then shown with their stacks, even when the configuration is at fault. */
export function wantsStacks(env: Environment = process.env): boolean {
  return env['LOG_LEVEL'] === 'debug' || env['LOG_LEVEL'] === 'trace';
}
