import { CcError } from '../../errors/index.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Opaque to callers, so that what a page hangs on can change. */
export function encodeCursor(lastId: string): string {
  return Buffer.from(lastId.replaceAll('-', ''), 'hex').toString('base64url');
}

export function decodeCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!uuid.test(id) || encodeCursor(id) !== cursor) throw badCursor(cursor);
  return id;
}

/** What PostgreSQL has room for: events are an integer, log lines a bigint, of which JavaScript counts so many. */
const mostSeq = { run_event: 2_147_483_647, run_log: Number.MAX_SAFE_INTEGER } as const;
export type Numbering = keyof typeof mostSeq;

/** A run's events and logs are numbered, and the cursor is the number of the last one seen. */
export function decodeSeqCursor(cursor: string, of: Numbering): number {
  if (!/^\d{1,16}$/.test(cursor) || Number(cursor) > mostSeq[of]) throw badCursor(cursor);
  return Number(cursor);
}

function badCursor(cursor: string): CcError {
  return new CcError(
    'CC_REQUEST_INVALID',
    `"${cursor}" is not a cursor of this list: send back nextCursor as it came, or leave it out`,
    {
      problems: [{ path: 'cursor', message: 'is not a cursor of this list' }],
    },
  );
}
