import 'reflect-metadata';
import { loadConfig, secretFromEnvironment } from './config/index.js';
import { parseCommand } from './main/command.js';
import { explain } from './main/explain.js';

/** The hub's own commands. The others are in src/cli, which starts this file for these. */
async function main(): Promise<number> {
  const command = parseCommand(process.argv.slice(2));
  switch (command.name) {
    // The product is loaded only once the configuration is known to be right: a wrong one is answered at once.
    case 'start': {
      const config = loadConfig();
      // Before anything it instruments is loaded.
      const { startTelemetry } = await import('./telemetry/index.js');
      const telemetry = await startTelemetry(config.telemetry);
      const { start } = await import('./main/start.js');
      return start(config, command.role, telemetry, (code) => process.exit(code));
    }
    case 'dev': {
      const config = loadConfig();
      const { startInbox, toInbox } = await import('./main/dev.js');
      const inbox = await startInbox();
      process.stdout.write(`Slack inbox: ${inbox.url}\n`);
      try {
        const { startTelemetry } = await import('./telemetry/index.js');
        const telemetry = await startTelemetry(config.telemetry);
        const { start } = await import('./main/start.js');
        const source = toInbox(secretFromEnvironment(), inbox);
        return await start(config, 'all', telemetry, (code) => process.exit(code), source);
      } finally {
        inbox.stop();
      }
    }
    case 'migrate': {
      const config = loadConfig();
      const { migrateOnly } = await import('./main/migrate.js');
      return migrateOnly(config);
    }
    case 'doctor': {
      const { doctor } = await import('./main/doctor.js');
      return doctor();
    }
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
