import { readFileSync, statSync } from 'node:fs';
import { CcError } from '../errors/index.js';
import type { Environment } from './environment-schema.js';

/** The value of a secret, or undefined when there is none. Asked again on every use, so that a rotated file is seen. */
export type SecretSource = (name: string) => string | undefined;

/** Bytes. The certificates of every authority a system trusts fit; all ways to write a value are looked for in all that leaves. */
const mostBytes = 262_144;

/** NAME from the environment, else the contents of the file NAME_FILE names, without the newline editors leave. Throws CC_SECRET_TOO_LONG. */
export function secretFromEnvironment(env: Environment = process.env): SecretSource {
  return (name) => {
    const value = env[name];
    if (value !== undefined && value !== '') return fitting(value, name);
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') return undefined;
    const content = readOrUndefined(file, `${name}_FILE`);
    return content === undefined ? undefined : fitting(content, `${name}_FILE`).replace(/\r?\n$/, '');
  };
}

function readOrUndefined(file: string, variable: string): string | undefined {
  let size: number;
  try {
    ({ size } = statSync(file));
  } catch {
    return undefined;
  }
  if (size > mostBytes) throw tooLong(variable, size);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A pipe has no size before it is read. */
function fitting(value: string, variable: string): string {
  const size = Buffer.byteLength(value);
  if (size > mostBytes) throw tooLong(variable, size);
  return value;
}

function tooLong(variable: string, size: number): CcError {
  return new CcError(
    'CC_SECRET_TOO_LONG',
    `${variable} gives a secret of ${size} bytes, and ${mostBytes} is the most: put only what is needed in it, of a bundle of certificates for example those of the servers you use`,
  );
}
