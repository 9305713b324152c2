import { type Command, Option } from 'commander';
import { type Cli, jsonHelp } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { UserView } from '../hub/shapes.js';
import { oneLine } from '../print/printable.js';
import { table } from '../print/table.js';
import { when } from '../print/time.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

interface UserOptions {
  readonly role?: string;
  readonly approver?: boolean;
  readonly displayName?: string;
}

export function addUsers(program: Command, cli: Cli): void {
  const users = program
    .command('users')
    .description('people and programs whom tokens act for (admin)')
    .helpGroup('Access:')
    .helpCommand(false);
  addPaging(users.command('list').description('users of this hub')).action(async (options: PagingOptions) => {
    const page = await collect<UserView>(cli.hub, 'users', {}, { all: false, limit: defaultLimit, ...options });
    printPage(cli, page, () =>
      page.items.length === 0 ? 'No users: `users create <name>` makes one.' : userTable(page.items, cli),
    );
  });
  withFields(users.command('create <name>').description('make a user; `token create --user` lets them in'))
    .option('--approver', 'they may decide approvals as well')
    .action(async (name: string, options: UserOptions) => {
      const made = await cli.hub.post<UserView>('users', { body: JSON.stringify({ name, ...options }) });
      tell(cli, made, `User ${made.name} with the role ${made.role}.`);
    });
  withFields(users.command('update <name>').description('change a user; what is not named stays'))
    .option('--approver', 'they may decide approvals as well')
    .option('--no-approver', 'they may not')
    .action((name: string, options: UserOptions) => change(cli, name, options, 'is changed'));
  users
    .command('disable <name>')
    .description('believe none of their tokens and end their browser sessions')
    .option('--json', jsonHelp)
    .action((name: string) => change(cli, name, { disabled: true }, 'is disabled'));
  users
    .command('enable <name>')
    .description('believe their tokens again')
    .option('--json', jsonHelp)
    .action((name: string) => change(cli, name, { disabled: false }, 'is enabled'));
  users
    .command('delete <name>')
    .description('delete a user with all their tokens')
    .action(async (name: string) => {
      await cli.hub.delete(`users/${encodeURIComponent(name)}`);
      cli.print(`User ${name} is deleted, and so are their tokens.`);
    });
}

function withFields(command: Command): Command {
  return command
    .addOption(new Option('--role <role>', 'the most their tokens may do').choices(['viewer', 'operator', 'admin']))
    .option('--display-name <text>', 'how people call them')
    .option('--json', jsonHelp);
}

async function change(cli: Cli, name: string, wanted: object, what: string): Promise<void> {
  const { json: _json, ...fields } = wanted as { json?: boolean };
  const user = await cli.hub.patch<UserView>(`users/${encodeURIComponent(name)}`, { body: JSON.stringify(fields) });
  tell(cli, user, `User ${user.name} ${what}.`);
}

function tell(cli: Cli, user: UserView, text: string): void {
  if (cli.json) cli.printJson(user);
  else cli.print(text);
}

function userTable(items: readonly UserView[], cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['name', 'role', 'groups', 'tokens', 'created', 'state'],
    items.map((user) => [
      user.displayName === null ? user.name : `${user.name} (${oneLine(user.displayName, 40)})`,
      user.approver && user.role !== 'admin' ? `${user.role}, approver` : user.role,
      user.groups.join(', '),
      String(user.tokens),
      when(user.createdAt, now),
      user.disabledAt === null ? 'enabled' : cli.colours.red('disabled'),
    ]),
    cli.colours,
  );
}
