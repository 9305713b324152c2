import { type Command, Option } from 'commander';
import type { Cli } from '../cli.js';

/** `start`, `dev`, `migrate`, `doctor`: the hub itself. This process becomes it, with the same arguments. */
export function addHubProcess(program: Command, cli: Cli): void {
  const become = async (): Promise<void> => {
    cli.hubExit = await cli.outside.becomeHub(cli.outside.argv);
  };
  program
    .command('start')
    .description('start a hub here, on DATABASE_URL or an embedded PostgreSQL')
    .addOption(new Option('--role <role>', 'what this replica does').choices(['all', 'api', 'worker']))
    .helpGroup('The hub:')
    .action(become);
  program
    .command('dev')
    .description('start a hub here with a Slack inbox beside it, for alerts and messages that stay on this machine')
    .addHelpText(
      'after',
      '\nA plugin of your own that is built anew, and commandcenter.yaml, start the hub anew. Build with `npm run build -- --watch`.',
    )
    .helpGroup('The hub:')
    .action(become);
  program
    .command('migrate')
    .description('bring the database to this version, then end')
    .helpGroup('The hub:')
    .action(become);
  program
    .command('doctor')
    .description('check this machine, the configuration and the database')
    .helpGroup('The hub:')
    .action(become);
}
