import { text as readAll } from 'node:stream/consumers';
import { CcError } from '../errors/index.js';

/** What asking for a secret needs of a terminal. */
interface Terminal extends AsyncIterable<string | Buffer> {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  pause?(): unknown;
}

const [interrupt, endOfText, backspace, deleted] = ['\u0003', '\u0004', '\b', '\u007f'];

/**
 * A secret never stands on the command line, where every user of the machine and the shell's history see it. From a pipe all
 * of it, without the newline that `echo` adds; at a terminal one line, which is not shown.
 */
export async function secretInput(
  stdin: Terminal,
  ask: { readonly question: string; write(text: string): unknown },
): Promise<string> {
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) return (await readAll(stdin)).replace(/\r?\n$/, '');
  ask.write(`${ask.question}: `);
  stdin.setRawMode(true);
  try {
    return await hiddenLine(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause?.();
    ask.write('\n');
  }
}

async function hiddenLine(stdin: Terminal): Promise<string> {
  let line: string[] = [];
  for await (const chunk of stdin) {
    for (const key of String(chunk)) {
      if (key === '\r' || key === '\n' || key === endOfText) return line.join('');
      if (key === interrupt) throw new CcError('CC_USAGE', 'Interrupted: nothing was stored.');
      if (key === backspace || key === deleted) line = line.slice(0, -1);
      else line.push(key);
    }
  }
  return line.join('');
}
