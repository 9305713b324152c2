import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { AgentView, PluginView } from '../hub/shapes.js';
import { oneLine } from '../print/printable.js';
import { table } from '../print/table.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

export function addPlugins(program: Command, cli: Cli): void {
  const plugins = program
    .command('plugins')
    .description('what the hub loaded')
    .helpGroup('Plugins:')
    .helpCommand(false);
  addPaging(plugins.command('list').description('plugins of commandcenter.yaml')).action(
    async (options: PagingOptions) => {
      const page = await collect<PluginView>(cli.hub, 'plugins', {}, { all: false, limit: defaultLimit, ...options });
      printPage(cli, page, () =>
        page.items.length === 0 ? 'No plugins: list some in commandcenter.yaml.' : pluginTable(page.items, cli),
      );
    },
  );
  const agents = program.command('agents').description('what steps can use').helpGroup('Plugins:').helpCommand(false);
  addPaging(agents.command('list').description('agents and their actions')).action(async (options: PagingOptions) => {
    const page = await collect<AgentView>(cli.hub, 'agents', {}, { all: false, limit: defaultLimit, ...options });
    printPage(cli, page, () =>
      page.items.length === 0 ? 'No agents: no plugin is loaded.' : agentTable(page.items, cli),
    );
  });
}

function pluginTable(items: readonly PluginView[], cli: Cli): string {
  return table(
    ['use', 'status', 'version', 'agents'],
    items.map((item) =>
      item.status === 'loaded'
        ? [item.use, cli.colours.green('loaded'), item.version, item.agents.join(', ')]
        : [item.use, cli.colours.red(item.status), '', `${oneLine(item.reason)} [${item.code}]`],
    ),
    cli.colours,
  );
}

function agentTable(items: readonly AgentView[], cli: Cli): string {
  return table(
    ['uses', 'title', 'plugin'],
    items.flatMap(({ plugin, actions }) => actions.map(({ uses, title }) => [uses, oneLine(title), plugin])),
    cli.colours,
  );
}
