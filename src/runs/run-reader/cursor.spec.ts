import { decodeCursor, decodeSeqCursor, encodeCursor } from './cursor.js';

const id = '019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f';

describe('the cursor of a list of runs', () => {
  it('comes back as the id it was made of', () => {
    expect(encodeCursor(id)).toMatch(/^[\w-]{22}$/);
    expect(decodeCursor(encodeCursor(id))).toBe(id);
  });

  it.each(['', 'x', id, `${encodeCursor(id)}A`, encodeCursor(id).slice(1), `${encodeCursor(id)}=`, "' OR 1=1"])(
    'refuses %j',
    (cursor) => {
      expect(() => decodeCursor(cursor)).toThrow(expect.objectContaining({ code: 'CC_REQUEST_INVALID' }));
    },
  );
});

describe('the cursor of a numbered list', () => {
  it('is the number', () => expect(decodeSeqCursor('42', 'run_event')).toBe(42));

  it.each(['', '-1', '1.5', '1e3', 'NaN', '9'.repeat(16)])('refuses %j', (cursor) => {
    for (const list of ['run_event', 'run_log'] as const) {
      expect(() => decodeSeqCursor(cursor, list)).toThrow(expect.objectContaining({ code: 'CC_REQUEST_INVALID' }));
    }
  });

  it('is none where PostgreSQL has no such number', () => {
    expect(decodeSeqCursor('2147483647', 'run_event')).toBe(2_147_483_647);
    expect(() => decodeSeqCursor('2147483648', 'run_event')).toThrow('"2147483648" is not a cursor of this list');
    expect(decodeSeqCursor('9007199254740991', 'run_log')).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => decodeSeqCursor('9007199254740992', 'run_log')).toThrow('is not a cursor of this list');
  });
});
