import { Readable } from 'node:stream';
import { secretInput } from './secret-input.js';

describe('asking for a secret', () => {
  const ask = async (chunks: readonly string[], terminal: boolean) => {
    let shown = '';
    const raw: boolean[] = [];
    const stdin = Object.assign(Readable.from(chunks), { isTTY: terminal, setRawMode: (on: boolean) => raw.push(on) });
    const answer = secretInput(stdin, { question: 'Value', write: (text) => (shown += text) });
    return { answer: await answer.catch((error: Error) => error.message), shown, raw };
  };

  it('takes all of a pipe, but not the newline that echo adds', async () => {
    expect(await ask(['line one\nline', ' two\n'], false)).toEqual({
      answer: 'line one\nline two',
      shown: '',
      raw: [],
    });
  });

  it('takes one line of a terminal and shows nothing of it', async () => {
    expect(await ask(['s3c', 'rex\u007fet', '\rmore'], true)).toEqual({
      answer: 's3creet',
      shown: 'Value: \n',
      raw: [true, false],
    });
  });

  it('gives the terminal back when it is interrupted', async () => {
    const { answer, raw } = await ask(['half\u0003'], true);
    expect(answer).toContain('nothing was stored');
    expect(raw).toEqual([true, false]);
  });
});
