import { checkBlocks } from './blocks.ts';
import { Faults, isJson, type Json } from './check.ts';

/** Slack cuts longer text; a client that sends it has a fault, so the inbox refuses it. */
const textMax = 40_000;
const attachmentsMax = 100;

export interface Verdict {
  readonly error: 'invalid_blocks' | 'invalid_attachments' | 'no_text' | 'msg_too_long' | 'too_many_attachments';
  readonly messages: readonly string[];
}

/** What Slack would answer to this message; undefined when it takes it. */
export function checkPayload(payload: Json): Verdict | undefined {
  const { text, blocks, attachments } = payload;
  const faults = new Faults();
  if (text !== undefined && typeof text !== 'string') return { error: 'no_text', messages: [] };
  if ((text?.length ?? 0) > textMax) return { error: 'msg_too_long', messages: [] };
  if (Array.isArray(attachments) && attachments.length > attachmentsMax)
    return { error: 'too_many_attachments', messages: [] };
  // Slack knows a block by its id in the whole message.
  const taken = new Set<string>();
  if (blocks !== undefined) checkBlocks(faults, blocks, '/blocks', taken);
  if (faults.messages.length > 0) return { error: 'invalid_blocks', messages: faults.messages };
  if (attachments !== undefined && !Array.isArray(attachments)) return { error: 'invalid_attachments', messages: [] };
  for (const [at, attachment] of (attachments ?? []).entries()) {
    const path = `/attachments/${at}`;
    if (!isJson(attachment)) return { error: 'invalid_attachments', messages: [] };
    if (attachment['blocks'] !== undefined) checkBlocks(faults, attachment['blocks'], `${path}/blocks`, taken);
    else if (!attachment['text'] && !attachment['fallback'] && !attachment['title'] && !attachment['fields'])
      return { error: 'no_text', messages: [] };
  }
  if (faults.messages.length > 0) return { error: 'invalid_blocks', messages: faults.messages };
  const some = [blocks, attachments].some((list) => Array.isArray(list) && list.length > 0);
  return (text ?? '') === '' && !some ? { error: 'no_text', messages: [] } : undefined;
}
