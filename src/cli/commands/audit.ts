import type { Command } from 'commander';
import { instantArgument } from '../arguments.js';
import type { Cli } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { AuditView } from '../hub/shapes.js';
import { oneLine } from '../print/printable.js';
import { table } from '../print/table.js';
import { when } from '../print/time.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

interface AuditOptions extends PagingOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly since?: string;
  readonly until?: string;
}

export function addAudit(program: Command, cli: Cli): void {
  const instant = instantArgument(() => cli.outside.now());
  const command = program
    .command('audit')
    .description('who changed what, newest first (admin)')
    .helpGroup('Access:')
    .option('--actor <name>', 'changes by this user or token')
    .option('--action <action>', 'such as token.create, user.disable or run.cancel')
    .option('--target <target>', 'changes of what has this name or id')
    .option('--since <time>', 'at or after, such as 2026-11-23T06:00:00Z or 2h (ago)', instant)
    .option('--until <time>', 'before', instant);
  addPaging(command).action(async ({ actor, action, target, since, until, ...paging }: AuditOptions) => {
    const query = { actor, action, target, since, until };
    const page = await collect<AuditView>(cli.hub, 'audit', query, { all: false, limit: defaultLimit, ...paging });
    printPage(cli, page, () => (page.items.length === 0 ? 'Nothing was changed.' : auditTable(page.items, cli)));
  });
}

function auditTable(items: readonly AuditView[], cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['when', 'who', 'what', 'target', 'details'],
    items.map(({ at, actor, action, target, details }) => [
      when(at, now),
      actor.kind === 'token' ? `${oneLine(actor.name, 40)} (token)` : oneLine(actor.name, 40),
      action,
      oneLine(target.name, 40),
      details === null ? '' : oneLine(JSON.stringify(details), 80),
    ]),
    cli.colours,
  );
}
