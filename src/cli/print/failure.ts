import { CommanderError } from 'commander';
import { CcError, messageOf, type Problem } from '../../errors/index.js';
import type { Cli } from '../cli.js';
import { exitOfKind, exitOfStatus, type Exit } from '../exit-codes.js';
import { HubError, type ProblemDocument } from '../hub/hub-error.js';
import type { ProblemView } from '../hub/shapes.js';
import { printable } from './printable.js';

/** Says what went wrong on stderr (a problem document with `--json`), and answers the exit it means. */
export function reportFailure(thrown: unknown, cli: Cli): Exit {
  // commander has printed its own sentence already
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 'ok' : 'usage';
  const document = documentOf(thrown);
  if (cli.json) cli.note(JSON.stringify(document));
  else cli.note(failureText(document, cli));
  return exitOf(thrown);
}

function exitOf(thrown: unknown): Exit {
  if (thrown instanceof HubError) return exitOfStatus(thrown.status);
  if (thrown instanceof CcError) return thrown.code === 'CC_USAGE' ? 'usage' : exitOfKind(thrown.kind);
  return 'failed';
}

function documentOf(thrown: unknown): ProblemDocument {
  if (thrown instanceof HubError) return thrown.document;
  if (thrown instanceof CcError) {
    return {
      title: thrown.title,
      detail: thrown.message,
      code: thrown.code,
      ...(thrown.problems.length > 0 && { problems: thrown.problems }),
    };
  }
  return { title: 'A fault of the command line', detail: messageOf(thrown), code: 'CC_INTERNAL' };
}

function failureText(document: ProblemDocument, cli: Cli): string {
  const colours = cli.noteColours;
  const sentence = printable(document.detail ?? document.title ?? 'The hub refused, and did not say why');
  const code = document.code === undefined ? '' : ` ${colours.dim(`[${document.code}]`)}`;
  const problems = document.problems ?? [];
  // a hub with one problem to tell often says it in its sentence already
  const told = problems.length === 1 && problems.every(({ message }) => sentence.includes(printable(message)));
  const list = told ? [] : problems.map((problem) => `  ${problemText(problem)}`);
  return [`${colours.red('✗')} ${sentence}${code}`, ...list].join('\n');
}

/** `path  message  [CODE]` */
function problemText(problem: Problem | ProblemView): string {
  return [
    ...(problem.path === '' ? [] : [printable(problem.path)]),
    printable(problem.message),
    ...(problem.code === undefined ? [] : [`[${problem.code}]`]),
  ].join('  ');
}

/** `file:line:col  path  message  [CODE]`: editors and CI jump to it. */
export function problemLine(file: string, problem: ProblemView): string {
  const place = [file, problem.line, problem.line === undefined ? undefined : problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  return `${place}  ${problemText(problem)}`;
}
