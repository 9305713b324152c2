import type { Command } from 'commander';
import { count } from '../arguments.js';
import { jsonHelp, type Cli } from '../cli.js';
import type { Page } from '../hub/shapes.js';

export interface PagingOptions {
  readonly limit?: number;
  readonly all?: boolean;
  readonly cursor?: string;
}

export const defaultLimit = 20;

/** `--limit --all --cursor --json` of a list. */
export function addPaging(command: Command): Command {
  return command
    .option('--limit <n>', `no more than this many (default: ${defaultLimit})`, count)
    .option('--all', 'everything, page by page')
    .option('--cursor <cursor>', 'go on after an earlier answer (its nextCursor)')
    .option('--json', jsonHelp);
}

/** A page as JSON, or as text with a hint that there is more. */
export function printPage(cli: Cli, page: Page<unknown>, text: () => string): void {
  if (cli.json) return cli.printJson(page);
  cli.print(text());
  if (page.nextCursor !== null) cli.note(cli.noteColours.dim(`There are more: --all, or --cursor ${page.nextCursor}`));
}
