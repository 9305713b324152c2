import 'reflect-metadata';
import { parseCommand } from './main/command.js';
import { doctor } from './main/doctor.js';
import { explain } from './main/explain.js';
import { migrateOnly } from './main/migrate.js';
import { start } from './main/start.js';

/** The hub's own commands. The others are in src/cli, which starts this file for these. */
async function main(): Promise<number> {
  const command = parseCommand(process.argv.slice(2));
  switch (command.name) {
    case 'start':
      return start(command.role, (code) => process.exit(code));
    case 'migrate':
      return migrateOnly();
    case 'doctor':
      return doctor();
    case 'refused':
      process.stderr.write(`${command.reason}\n`);
      return 2;
  }
}

try {
  // The only exit of the process: what is still open by now (a socket of a plugin, say) must not keep it alive.
  process.exit(await main());
} catch (error) {
  process.stderr.write(explain(error));
  process.exit(1);
}
