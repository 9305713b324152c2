import { type Command, Option } from 'commander';
import { count, durationArgument } from '../arguments.js';
import { type Cli, jsonHelp } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { NewTokenView, TokenView } from '../hub/shapes.js';
import { oneLine } from '../print/printable.js';
import { table } from '../print/table.js';
import { when } from '../print/time.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

interface CreateOptions {
  readonly role: string;
  readonly approver?: boolean;
  readonly expires?: number;
  readonly user?: string;
  readonly rate?: number;
}

export function addTokens(program: Command, cli: Cli): void {
  const token = program
    .command('token')
    .description('make, list and revoke API tokens (admin)')
    .helpGroup('Access:')
    .helpCommand(false);
  addCreate(token, cli);
  addPaging(token.command('list').description('tokens of this hub, without their secret')).action(
    async (options: PagingOptions) => {
      const page = await collect<TokenView>(cli.hub, 'tokens', {}, { all: false, limit: defaultLimit, ...options });
      printPage(cli, page, () => tokenTable(page.items, cli));
    },
  );
  token
    .command('revoke <id>')
    .description('end a token, by the id that list shows')
    .action(async (id: string) => {
      await cli.hub.delete(`tokens/${encodeURIComponent(id)}`);
      cli.print(`Token ${id} is revoked.`);
    });
}

function addCreate(token: Command, cli: Cli): void {
  token
    .command('create <name>')
    .description('make a token; it is shown this once')
    .addOption(new Option('--role <role>', 'what it may do').choices(['viewer', 'operator', 'admin']).default('viewer'))
    .option('--approver', 'it may decide approvals as well')
    .option('--expires <duration>', 'it ends after this (default: never)', durationArgument)
    .option('--user <name>', 'it acts for this user: under their name, with no more than their role')
    .option('--rate <n>', 'requests per minute (default: engine.rateLimitPerMinute)', count)
    .option('--json', jsonHelp)
    .action(async (name: string, { role, approver = false, expires, user, rate }: CreateOptions) => {
      const expiresAt = expires === undefined ? null : new Date(cli.outside.now() + expires).toISOString();
      const made = await cli.hub.post<NewTokenView>('tokens', {
        body: JSON.stringify({ name, role, approver, expiresAt, user, ratePerMinute: rate }),
      });
      if (cli.json) return cli.printJson(made);
      cli.print(made.token);
      const whose = made.user === null ? '' : `, acting for ${made.user}`;
      cli.note(`Token "${made.name}" with the role ${made.role}${whose}. It is not kept and cannot be shown again.`);
    });
}

function tokenTable(items: readonly TokenView[], cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['id', 'name', 'role', 'user', 'created', 'expires', 'last used'],
    items.map((item) => [
      item.id,
      oneLine(item.name, 40),
      item.approver && item.role !== 'admin' ? `${item.role}, approver` : item.role,
      item.user ?? '',
      when(item.createdAt, now),
      item.expiresAt === null ? 'never' : when(item.expiresAt, now),
      when(item.lastUsedAt, now),
    ]),
    cli.colours,
  );
}
