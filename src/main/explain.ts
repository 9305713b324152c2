import { CcError, type Problem } from '../errors/index.js';
import { wantsStacks } from '../config/index.js';

/** What ended the hub, for people: the code, one sentence, every problem by path. A stack only for those who debug. */
export function explain(error: unknown): string {
  const lines =
    error instanceof CcError ? [`${error.code}: ${error.message}`, ...error.problems.map(problemLine)] : [plain(error)];
  if (wantsStacks() && error instanceof Error) {
    lines.push(error.stack ?? '');
    if (error.cause instanceof Error) lines.push(`caused by ${error.cause.stack}`);
  }
  return `${lines.join('\n')}\n`;
}

function problemLine({ path, message, line, column }: Problem): string {
  const place = line === undefined ? '' : ` (line ${line}${column === undefined ? '' : `, column ${column}`})`;
  return `  ${path === '' ? 'the file' : path}${place}: ${message}`;
}

/** Not one of ours, so a fault of the hub: without its stack nobody could mend it. */
function plain(error: unknown): string {
  if (error instanceof Error) return `CC_INTERNAL: ${error.message}${wantsStacks() ? '' : `\n${firstFrame(error)}`}`;
  return `CC_INTERNAL: ${String(error)}`;
}

function firstFrame(error: Error): string {
  const frame = error.stack?.split('\n').find((line) => line.trim().startsWith('at ')) ?? '';
  return `${frame}\n  LOG_LEVEL=debug shows all of it.`;
}
