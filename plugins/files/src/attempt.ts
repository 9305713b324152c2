import { CancelledError, failureKind, RetryableError, TerminalError } from '@commandcenter/sdk';

const meanings: Readonly<Record<string, string>> = {
  EACCES: 'the hub may not do that',
  EEXIST: 'there is another file already',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a link',
  ENAMETOOLONG: 'a name is too long',
  ENOTDIR: 'on the way is a link, or what is no folder',
  ENXIO: 'it is neither a file nor a folder',
  EPERM: 'the hub may not do that',
  EROFS: 'the disk is for reading only',
};

/** Says of what the system refuses whether it may be over next time; a file that is missing may come. */
export async function attempt<T>(what: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    signal.throwIfAborted();
    return await work();
  } catch (cause) {
    if (signal.aborted) throw new CancelledError(`${what} was stopped`);
    if (failureKind(cause) !== undefined) throw cause;
    const code = String((cause as { code?: unknown }).code ?? 'unknown');
    const meaning = meanings[code];
    if (meaning !== undefined) throw new TerminalError(`${what} failed: ${meaning} (${code})`);
    throw new RetryableError(`${what} failed: ${code === 'ENOENT' ? 'there is no such file or folder' : code}`);
  }
}
