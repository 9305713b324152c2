import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { durationArgument, jsonArgument } from '../arguments.js';
import { jsonHelp, type Cli } from '../cli.js';
import type { StartedRunView } from '../hub/shapes.js';
import { statusText } from '../print/status.js';
import { waitForRun } from './wait-for-run.js';

interface RunOptions {
  readonly input?: string;
  readonly version?: string;
  readonly idempotencyKey?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
}

export function addRun(program: Command, cli: Cli): void {
  program
    .command('run <workflow>')
    .description('start a run of a workflow')
    .option('--input <json>', 'the input: JSON, @file, or - for stdin')
    .option('--version <version>', 'a version other than the current one')
    .option('--idempotency-key <key>', 'starting twice with the same key starts one run')
    .option('--wait', 'stay until the run has ended, print its output, exit by its status')
    .option('--timeout <duration>', 'with --wait: stay no longer than this (the run goes on)', durationArgument)
    .option('--json', jsonHelp)
    .helpGroup('Runs:')
    .action(async (workflow: string, options: RunOptions) => {
      const started = await startRun(cli, workflow, options);
      if (options.wait === true) await waitForRun(cli, started.id, options.timeout);
      else if (cli.json) cli.printJson(started);
      else
        cli.print(
          `${started.id}  ${statusText(started.status, cli.colours)}  ${started.workflow}  version ${started.version}`,
        );
    });
}

async function startRun(cli: Cli, workflow: string, options: RunOptions): Promise<StartedRunView> {
  const body = {
    ...(options.input !== undefined && { input: await jsonArgument('--input', options.input, cli.outside) }),
    ...(options.version !== undefined && { version: options.version }),
  };
  return cli.hub.post<StartedRunView>(`workflows/${encodeURIComponent(workflow)}/runs`, {
    body: JSON.stringify(body),
    // Always a key: if the answer is lost on the way, asking again finds the run instead of starting another.
    headers: { 'idempotency-key': options.idempotencyKey ?? randomUUID() },
    repeatable: true,
  });
}
