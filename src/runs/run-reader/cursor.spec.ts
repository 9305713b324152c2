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
  it('is the number', () => expect(decodeSeqCursor('42')).toBe(42));

  it.each(['', '-1', '1.5', '1e3', 'NaN', '9'.repeat(16)])('refuses %j', (cursor) => {
    expect(() => decodeSeqCursor(cursor)).toThrow(expect.objectContaining({ code: 'CC_REQUEST_INVALID' }));
  });
});
