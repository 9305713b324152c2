import { Cli } from './cli.js';
import { exitCodes } from './exit-codes.js';
import { reportFailure } from './print/failure.js';
import { createProgram } from './program.js';
import type { Surroundings } from './surroundings.js';

/** Runs one command line and answers the exit code. Throws nothing: every failure is told and coded. */
export async function execute(outside: Surroundings): Promise<number> {
  const cli = new Cli(outside);
  try {
    await createProgram(cli).parseAsync([...outside.argv], { from: 'user' });
  } catch (thrown) {
    cli.exit = reportFailure(thrown, cli);
  }
  return cli.hubExit ?? exitCodes[cli.exit].code;
}
