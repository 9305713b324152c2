import type { Command } from 'commander';
import { CcError } from '../../errors/index.js';
import { type Cli, jsonHelp } from '../cli.js';
import { HubError } from '../hub/hub-error.js';
import { collect } from '../hub/paging.js';
import type { RotationView, SecretView } from '../hub/shapes.js';
import { table } from '../print/table.js';
import { when } from '../print/time.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

export function addSecrets(program: Command, cli: Cli): void {
  const secrets = program
    .command('secrets')
    .description('values of secrets that the hub stores (admin)')
    .helpGroup('Access:')
    .helpCommand(false);
  addPaging(secrets.command('list').description('secrets of this hub and where their values come from')).action(
    async (options: PagingOptions) => {
      const page = await collect<SecretView>(cli.hub, 'secrets', {}, { all: false, limit: defaultLimit, ...options });
      printPage(cli, page, () =>
        page.items.length === 0 ? 'No secrets: list names under `secrets:` in commandcenter.yaml.' : secretTable(page.items, cli),
      ); // prettier-ignore
    },
  );
  secrets
    .command('set <name>')
    .description('store a value, read from stdin or asked for; never an argument')
    .option('--json', jsonHelp)
    .action(async (name: string) => {
      const value = await cli.outside.askSecret(`Value of ${name}`);
      if (value === '') throw new CcError('CC_USAGE', 'The value is empty: nothing was stored.');
      const secret = await store(cli, name, value);
      if (cli.json) return cli.printJson(secret);
      cli.print(`Secret ${name} is stored (version ${secret.stored?.version}).`);
      if (secret.source === 'environment')
        cli.note(`The environment of the hub has a value of ${name} too, and that one is used.`);
    });
  secrets
    .command('delete <name>')
    .description('delete the stored value')
    .action(async (name: string) => {
      await cli.hub.delete(`secrets/${encodeURIComponent(name)}`);
      cli.print(`The stored value of ${name} is deleted.`);
    });
  secrets
    .command('rotate')
    .description('seal all stored values with the newest key')
    .option('--json', jsonHelp)
    .action(async () => {
      const rotation = await cli.hub.post<RotationView>('secrets/rotate', { repeatable: true });
      if (rotation.left.length > 0) cli.exit = 'failed';
      if (cli.json) return cli.printJson(rotation);
      const { rotated, left, key } = rotation;
      cli.print(`Sealed anew with key ${key}: ${rotated.length === 0 ? 'none needed it' : rotated.join(', ')}.`);
      if (left.length > 0) cli.note(`No key of the hub opens ${left.join(', ')}: store them again.`);
    });
}

/** Replaces, else creates: who stores a value does not care which. */
async function store(cli: Cli, name: string, value: string): Promise<SecretView> {
  try {
    return await cli.hub.patch<SecretView>(`secrets/${encodeURIComponent(name)}`, { body: JSON.stringify({ value }) });
  } catch (thrown) {
    if (!(thrown instanceof HubError) || thrown.document.code !== 'CC_SECRET_NOT_FOUND') throw thrown;
    return cli.hub.post<SecretView>('secrets', { body: JSON.stringify({ name, value }) });
  }
}

function secretTable(items: readonly SecretView[], cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['name', 'value from', 'version', 'stored', 'by', 'remark'],
    items.map(({ name, listed, source, stored }) => [
      name,
      source ?? 'nowhere',
      stored === null ? '' : String(stored.version),
      stored === null ? '' : when(stored.updatedAt, now),
      stored?.updatedBy ?? '',
      remark(listed, stored),
    ]),
    cli.colours,
  );
}

function remark(listed: boolean, stored: SecretView['stored']): string {
  if (stored !== null && !stored.opens) return 'no key of the hub opens it';
  return listed ? '' : 'not listed in commandcenter.yaml: nothing can use it';
}
