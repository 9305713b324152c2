import { SlackInbox } from './server.ts';

export type { SlackInbox } from './server.ts';

/** A fake Slack on this machine; port 0 is a free one. */
export function startSlackInbox({ port = 0 }: { readonly port?: number } = {}): Promise<SlackInbox> {
  return new SlackInbox().listen(port);
}
