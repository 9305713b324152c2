import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Cli } from './cli.js';
import { addAudit } from './commands/audit.js';
import { addApprovals } from './commands/approvals.js';
import { addCompletion } from './commands/completion.js';
import { addEvents } from './commands/events.js';
import { addGroups } from './commands/groups.js';
import { addHubProcess } from './commands/hub-process.js';
import { addPluginNew } from './commands/plugin-new.js';
import { addPlugins } from './commands/plugins.js';
import { addRun } from './commands/run.js';
import { addRuns } from './commands/runs.js';
import { addSchedules } from './commands/schedules.js';
import { addSecrets } from './commands/secrets.js';
import { addSlo } from './commands/slo.js';
import { addTokens } from './commands/tokens.js';
import { addUsers } from './commands/users.js';
import { addValidate } from './commands/validate.js';
import { addWorkflows } from './commands/workflows.js';
import { exitCodes } from './exit-codes.js';

const exits = Object.values(exitCodes).map(
  ({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning.replaceAll('`', '')}`,
);
const epilogue = `
The hub is found by COMMANDCENTER_URL and COMMANDCENTER_TOKEN, else by the
.commandcenter/cli.json that a hub leaves in its folder, here or above.

Exit codes:
${exits.join('\n')}
`;

/** The whole command line as a tree; the order is that of the help. */
export function createProgram(cli: Cli): Command {
  const { stdout, stderr } = cli.outside;
  const program = new Command('commandcenter')
    .description('Workflow orchestration with first-class telemetry: run the hub, and speak to one')
    .version(hubVersion(), '-V, --version', 'print the version')
    // `--version` before a command is ours, after it the command's own
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHasColors: () => cli.colours.isColorSupported,
      getErrHasColors: () => cli.noteColours.isColorSupported,
    })
    .showHelpAfterError('(see --help)')
    .helpCommand(false)
    .exitOverride()
    .hook('preAction', (_, command) => {
      cli.json = command.optsWithGlobals<{ json?: boolean }>().json === true;
    });
  program.addHelpText('after', epilogue);
  addHubProcess(program, cli);
  addValidate(program, cli);
  addRun(program, cli);
  addRuns(program, cli);
  addApprovals(program, cli);
  addWorkflows(program, cli);
  addEvents(program, cli);
  addSchedules(program, cli);
  addSlo(program, cli);
  addPlugins(program, cli);
  addPluginNew(program, cli);
  addTokens(program, cli);
  addUsers(program, cli);
  addGroups(program, cli);
  addSecrets(program, cli);
  addAudit(program, cli);
  addCompletion(program, cli);
  return program;
}

/** package.json stands at the same distance from src/cli and dist/cli. */
function hubVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
