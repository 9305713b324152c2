import { readFileSync } from 'node:fs';
import type { Environment } from './environment-schema.js';

/** The value of a secret, or undefined when there is none. Asked again on every use, so that a rotated file is seen. */
export type SecretSource = (name: string) => string | undefined;

/** NAME from the environment, else the contents of the file NAME_FILE names, without the newline editors leave. */
export function secretFromEnvironment(env: Environment = process.env): SecretSource {
  return (name) => {
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') return undefined;
    return readOrUndefined(file)?.replace(/\r?\n$/, '');
  };
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
