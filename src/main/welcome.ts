import { relative } from 'node:path';
import pc from 'picocolors';
import type { AdminToken } from '../identity/index.js';
import type { JobsRole } from '../jobs/index.js';
import type { Log } from './log.js';

export interface Welcome {
  readonly url: string;
  readonly role: JobsRole;
  readonly admin: AdminToken;
  readonly terminal: boolean;
  readonly log: Log;
}

/** The last lines of a start: where the hub is, where its token is, what to try. */
export function welcome({ url, role, admin, terminal, log }: Welcome): void {
  if (!terminal) {
    // Never the token: logs are kept and shipped.
    log.info({ url, role, tokenFile: admin.file }, `CommandCenter is ready at ${url}`);
    return;
  }
  const file = relative(process.cwd(), admin.file);
  const lines = [
    '',
    `  ${pc.green(pc.bold('CommandCenter is ready'))} at ${pc.cyan(url)}`,
    '',
    ...(role === 'worker' ? [] : [`  Runs          ${pc.cyan(`${url}/runs`)}`]),
    `  Admin token   ${file}${admin.fresh ? `  ${pc.dim(`(${admin.token})`)}` : ''}`,
    `  API           ${url}/api/docs`,
    `  Try           ${pc.bold('npx commandcenter run hello --wait')}  in another terminal`,
    `  Stop          Ctrl-C`,
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
