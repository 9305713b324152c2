import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CcError, messageOf } from '../../errors/index.js';
import { sdkName } from './hub-packages.js';

const run = promisify(execFile);
/** Packing takes a second; an npm that waits for something is told so. */
const limitMs = 60_000;

export interface PackedSdk {
  readonly version: string;
  readonly file: string;
  readonly content: Buffer;
}

/**
 * The SDK as one file, from a built folder or a tarball. It is not published, and a plugin that carries the file builds
 * on any machine, with a copy of its own, as it will once it is.
 */
export async function packSdk(from: string): Promise<PackedSdk> {
  const source = resolve(from);
  const stat = statSync(source, { throwIfNoEntry: false });
  if (stat === undefined) throw unusable(from, 'there is no such folder or file');
  if (stat.isDirectory() && !existsSync(join(source, 'dist/index.js'))) {
    throw unusable(from, 'it is not built; run `npm run build` in the repository of the hub');
  }
  const folder = mkdtempSync(join(tmpdir(), 'commandcenter-sdk-'));
  try {
    const { name, version, filename } = await pack(from, source, folder);
    if (name !== sdkName) throw unusable(from, `it is ${name}`);
    return { version, file: filename, content: readFileSync(join(folder, filename)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Packed {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
}

async function pack(from: string, source: string, folder: string): Promise<Packed> {
  const out = join(folder, 'out');
  mkdirSync(out);
  const args = ['pack', source, '--json', '--ignore-scripts', '--pack-destination', folder];
  try {
    // In a folder of its own: no package.json or workspace around it has a say.
    const { stdout } = await run('npm', args, { cwd: out, timeout: limitMs, shell: process.platform === 'win32' });
    const [packed] = Object.values(JSON.parse(stdout) as Record<string, Packed>);
    if (packed === undefined) throw new Error('npm packed nothing');
    return packed;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw unusable(from, 'npm, which packs it, is not on the PATH', cause);
    }
    throw unusable(from, `npm cannot pack it: ${messageOf(cause)}`, cause);
  }
}

function unusable(from: string, why: string, cause?: unknown): CcError {
  return new CcError('CC_SDK_UNUSABLE', `${from} cannot be used as ${sdkName}: ${why}. Name another with --sdk`, {
    cause,
  });
}
