import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClientSettings } from '../../config/index.js';
import { CcError, messageOf } from '../../errors/index.js';

/** Where the hub is, and as whom we speak to it. */
export interface Connection {
  readonly url: string;
  readonly token: string | undefined;
  /** What said so, for messages. */
  readonly source: string;
}

/**
 * The environment first, else the file a hub on this machine leaves in its folder, found upward from there.
 * A token of that file is sent to the hub that wrote it and nowhere else: an address from the environment needs its own token.
 */
export function connectionFrom(settings: ClientSettings): Connection {
  if (settings.url !== undefined) {
    return { url: checkedUrl(settings.url, 'COMMANDCENTER_URL'), token: settings.token, source: 'COMMANDCENTER_URL' };
  }
  const left = findLeft(settings.file);
  if (left === undefined) {
    throw new CcError(
      'CC_HUB_UNKNOWN',
      `Nothing says where the hub is: COMMANDCENTER_URL is not set, and there is no .commandcenter/cli.json in ${dirname(dirname(settings.file))} or a folder above it. ` +
        'Start a hub here with `commandcenter start`, or set COMMANDCENTER_URL and COMMANDCENTER_TOKEN.',
    );
  }
  return { ...left, token: settings.token ?? left.token };
}

function findLeft(file: string): Connection | undefined {
  for (let folder = dirname(dirname(file)); ; folder = dirname(folder)) {
    const candidate = join(folder, '.commandcenter', 'cli.json');
    const text = readIfThere(candidate);
    if (text !== undefined) {
      refuseForeign(candidate);
      return parseLeft(text, candidate);
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT' || (cause as NodeJS.ErrnoException).code === 'ENOTDIR')
      return undefined;
    throw new CcError(
      'CC_HUB_UNKNOWN',
      `${file} cannot be read (${messageOf(cause)}): it belongs to the user who started the hub. Run this as that user, or set COMMANDCENTER_URL and COMMANDCENTER_TOKEN.`,
      { cause },
    );
  }
}

/** In a folder that all may write to (/tmp, say) somebody else could leave a file that sends us, and our token, to them. */
function refuseForeign(file: string): void {
  const self = process.getuid?.();
  const { uid } = statSync(file);
  if (self === undefined || uid === self || uid === 0) return;
  throw new CcError(
    'CC_HUB_UNKNOWN',
    `${file} belongs to another user (${uid}), so it is not trusted: it says where your token goes. Run this as that user, or set COMMANDCENTER_URL and COMMANDCENTER_TOKEN.`,
  );
}

function parseLeft(text: string, file: string): Connection {
  const value = parsed(text);
  if (typeof value?.url !== 'string')
    throw new CcError(
      'CC_HUB_UNKNOWN',
      `${file} does not hold {"url", "token"}: start the hub again to have it written, or set COMMANDCENTER_URL.`,
    );
  return {
    url: checkedUrl(value.url, file),
    token: typeof value.token === 'string' ? value.token : undefined,
    source: file,
  };
}

function parsed(text: string): { readonly url?: unknown; readonly token?: unknown } | null {
  try {
    return JSON.parse(text) as ReturnType<typeof parsed>;
  } catch {
    return null;
  }
}

function checkedUrl(url: string, source: string): string {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new CcError(
      'CC_HUB_UNKNOWN',
      `"${url}" (from ${source}) is not an http or https address, such as http://127.0.0.1:3000.`,
    );
  }
  return url;
}
