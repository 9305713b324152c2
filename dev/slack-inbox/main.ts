/**
 * `node dev/slack-inbox/main.ts [--port N] [--with-parent]`: a Slack on this machine that keeps what it is sent, see README.md.
 * `--with-parent` ends it when its standard input does, which happens however its parent ends.
 */
import { parseArgs } from 'node:util';
import { startSlackInbox } from './index.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, 'with-parent': { type: 'boolean', default: false } },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write('--port must be a port\n');
  process.exit(2);
}
try {
  const inbox = await startSlackInbox({ port });
  process.stdout.write(`slack-inbox: ${inbox.url}\n`);
} catch (error) {
  process.stderr.write(`slack-inbox: ${(error as Error).message}\n`);
  process.exit(1);
}
process.once('SIGTERM', () => process.exit(0));
// Ctrl-C reaches both: the parent's last messages must still find us.
process.on('SIGINT', () => {
  if (!values['with-parent']) process.exit(0);
});
if (values['with-parent']) {
  process.stdin.resume();
  for (const end of ['end', 'close', 'error']) process.stdin.once(end, () => process.exit(0));
}
