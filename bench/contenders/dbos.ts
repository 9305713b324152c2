/** DBOS Transact: workflows as functions, each step a `runStep` with a checkpoint in PostgreSQL. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { serve } from './serve.ts';

const poolSize = process.env['DBOS_POOL'];

const sequence = DBOS.registerWorkflow(
  async (length: number) => {
    let last: unknown;
    for (let n = 0; n < length; n++) {
      last = await DBOS.runStep(async () => ({ step: n, text: 'a result of sixty bytes as of a charge' }), {
        name: `s${n}`,
      });
    }
    return last;
  },
  { name: 'sequence' },
);

DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl: process.env['DATABASE_URL']!,
  ...(poolSize !== undefined && { systemDatabasePoolSize: Number(poolSize) }),
  logLevel: 'error',
});
await DBOS.launch();

serve(
  ({ steps }) =>
    async () => {
      await sequence(steps);
    },
  () => DBOS.shutdown(),
);
