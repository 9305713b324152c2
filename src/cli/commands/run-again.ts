import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { durationArgument, jsonArgument } from '../arguments.js';
import { jsonHelp, type Cli } from '../cli.js';
import type { StartedRunView } from '../hub/shapes.js';
import { statusText } from '../print/status.js';
import { waitForRun } from './wait-for-run.js';

interface RerunOptions {
  readonly from?: string;
  readonly input?: string;
  readonly version?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
}

export function addRerun(runs: Command, cli: Cli): void {
  runs
    .command('rerun <id>')
    .description('do a run again: a new run with the same input')
    .option(
      '--from <step>',
      'from this step on: steps that do not need it keep what they came to; approvals are asked again',
    )
    .option('--input <json>', 'another input: JSON, @file, or - for stdin; not with --from')
    .option(
      '--version <version>',
      'another version of the workflow; default: that of the run; needs an admin unless it is the current one',
    )
    .option('--wait', 'stay until the run has ended, print its output, exit by its status')
    .option('--timeout <duration>', 'with --wait: stay no longer than this (the run goes on)', durationArgument)
    .option('--json', jsonHelp)
    .action(async (id: string, { from, version, input, wait, timeout }: RerunOptions) => {
      const given = input !== undefined && { input: await jsonArgument('--input', input, cli.outside) };
      const started = await cli.hub.post<StartedRunView>(`runs/${encodeURIComponent(id)}/rerun`, {
        body: JSON.stringify({ from, version, ...given }),
        // If the answer is lost on the way, asking again finds the run instead of starting another.
        headers: { 'idempotency-key': randomUUID() },
        repeatable: true,
      });
      if (wait === true) await waitForRun(cli, started.id, timeout);
      else if (cli.json) cli.printJson(started);
      else cli.print(`${started.id}  ${statusText(started.status, cli.colours)}  ${started.workflow}  version ${started.version}`); // prettier-ignore
    });
}
