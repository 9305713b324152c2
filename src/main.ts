import 'reflect-metadata';
import { loadConfig } from './config/index.js';
import { CcError } from './errors/index.js';
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
      const { dev } = await import('./main/dev/dev.js');
      return dev(config, (code) => process.exit(code));
    }
    case 'dev-hub': {
      const { devParent } = await import('./main/dev/parent.js');
      const parent = devParent();
      try {
        const { devConfig } = await import('./main/dev/dev-config.js');
        const config = devConfig(loadConfig());
        const { startTelemetry } = await import('./telemetry/index.js');
        const telemetry = await startTelemetry(config.telemetry);
        const { start } = await import('./main/start.js');
        return await start(config, 'all', telemetry, (code) => process.exit(code), parent);
      } catch (error) {
        await parent.tell({ failed: error instanceof CcError ? error.code : 'CC_INTERNAL' });
        throw error;
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
