import type { Command } from 'commander';
import { fileText } from '../arguments.js';
import type { Cli } from '../cli.js';
import type { ValidationView } from '../hub/shapes.js';
import { problemLine } from '../print/failure.js';
import { printable } from '../print/printable.js';
import { filesOf } from '../workflow-files.js';
import { HubJudge } from './hub-judge.js';

interface FileResult extends ValidationView {
  readonly file: string;
}

export function addValidate(program: Command, cli: Cli): void {
  program
    .command('validate <files...>')
    .description('check workflow files: grammar and expressions here, agents too when a hub answers')
    .option('--offline', 'do not ask a hub')
    .option('--json', 'print {"items": [{"file", "valid", "problems"}]}')
    .helpGroup('Workflows:')
    .action(async (named: string[], options: { offline?: boolean }) => {
      // Loaded here, so that no other command pays for the expression engine.
      const { validateWorkflow } = await import('../../workflow/index.js');
      const judge = new HubJudge(cli, options.offline === true);
      const results: FileResult[] = [];
      for (const file of named.flatMap(filesOf)) {
        const text = fileText(file);
        const { problems } = (await judge.validate(file, text)) ?? validateWorkflow(text, { file });
        results.push({ file, valid: problems.length === 0, problems });
      }
      report(cli, results, judge.silence);
    });
}

function report(cli: Cli, results: readonly FileResult[], silence: string | undefined): void {
  if (results.some(({ valid }) => !valid)) cli.exit = 'failed';
  if (cli.json) return cli.printJson({ items: results });
  for (const result of results) {
    if (result.valid) cli.print(`${cli.colours.green('✓')} ${result.file}`);
    else cli.print(result.problems.map((problem) => problemLine(result.file, problem)).join('\n'));
  }
  if (silence !== undefined) cli.note(cli.noteColours.dim(`Agents were not checked: ${printable(silence)}`));
}
