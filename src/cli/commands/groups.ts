import type { Command } from 'commander';
import { type Cli, jsonHelp } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { GroupView } from '../hub/shapes.js';
import { oneLine } from '../print/printable.js';
import { table } from '../print/table.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

export function addGroups(program: Command, cli: Cli): void {
  const groups = program
    .command('groups')
    .description('users under one name, for approvals (admin)')
    .helpGroup('Access:')
    .helpCommand(false);
  addPaging(groups.command('list').description('groups and who is in them')).action(async (options: PagingOptions) => {
    const page = await collect<GroupView>(cli.hub, 'groups', {}, { all: false, limit: defaultLimit, ...options });
    printPage(cli, page, () =>
      page.items.length === 0 ? 'No groups: `groups create <name>` makes one.' : groupTable(page.items, cli),
    );
  });
  groups
    .command('create <name> [users...]')
    .description('make a group, with these users in it')
    .option('--description <text>', 'what it is for')
    .option('--json', jsonHelp)
    .action(async (name: string, members: string[], { description }: { description?: string }) => {
      const group = await cli.hub.post<GroupView>('groups', { body: JSON.stringify({ name, members, description }) });
      tell(cli, group);
    });
  for (const [verb, what] of [['add', 'put users into a group'], ['remove', 'take users out of a group']] as const) {
    groups
      .command(`${verb} <name> <users...>`)
      .description(what)
      .option('--json', jsonHelp)
      .action(async (name: string, users: string[]) => {
        const body = JSON.stringify({ [verb]: users });
        tell(cli, await cli.hub.patch<GroupView>(`groups/${encodeURIComponent(name)}`, { body }));
      });
  } // prettier-ignore
  groups
    .command('delete <name>')
    .description('delete a group; its members stay users')
    .action(async (name: string) => {
      await cli.hub.delete(`groups/${encodeURIComponent(name)}`);
      cli.print(`Group ${name} is deleted.`);
    });
}

function tell(cli: Cli, group: GroupView): void {
  if (cli.json) return cli.printJson(group);
  cli.print(`Group ${group.name}: ${group.members.length === 0 ? 'nobody' : group.members.join(', ')}.`);
}

function groupTable(items: readonly GroupView[], cli: Cli): string {
  return table(
    ['name', 'members', 'description'],
    items.map(({ name, members, description }) => [name, members.join(', '), oneLine(description ?? '', 60)]),
    cli.colours,
  );
}
