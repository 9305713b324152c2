import type { MessageAttachment } from '@slack/types';
import type { Entry, GroupEntry, Message } from '../plan.js';
import { type AlertLine, factsOf } from './facts.js';
import type { LinkOptions } from './links.js';
import { alertCode, groupBlocks, SECTION, SECTIONS, signOf, textBlocks } from './slack-blocks.js';
import { oneLine, slackCode, slackText } from './texts.js';

export interface SlackMessage {
  /** Above the attachments, and what a phone shows of the message. */
  readonly text?: string;
  readonly attachments: MessageAttachment[];
}

const colours: Readonly<Record<string, string>> = {
  critical: '#d92d20',
  warning: '#f79009',
  ticket: '#2e90fa',
  info: '#667085',
};
const RESOLVED = '#12b76a';

export function slackMessage({ entries }: Pick<Message, 'entries'>, links: LinkOptions): SlackMessage {
  const [entry] = entries;
  if (entries.length !== 1 || entry === undefined) {
    return { text: summaryOf(entries), attachments: entries.map((one) => attachment(one, links, false)) };
  }
  const title = entry.kind === 'text' ? entry.text.title : factsOf(entry).headline;
  const attachments = [attachment(entry, links, true)];
  return title === undefined ? { attachments } : { text: `${signOf(entry)}${bold(headlineOf(entry))}`, attachments };
}

const bold = (text: string) => `*${oneLine(text).replaceAll('*', '')}*`;

/** `3 notifications: 2 x FIRING · A; RESOLVED · B` */
function summaryOf(entries: readonly Entry[]): string {
  const times = Map.groupBy(entries.map(headlineOf), (headline) => headline);
  const said = [...times].map(([headline, { length }]) => (length === 1 ? headline : `${length} × ${headline}`));
  return `${entries.length} notifications: ${said.join('; ')}`;
}

/** Without blocks, for when Slack does not take them: as much is said, in plainer words. */
export function plainSlackMessage({ entries }: Pick<Message, 'entries'>): { readonly text: string } {
  const paragraphs = entries.map((entry) => {
    if (entry.kind === 'text') {
      const fields = Object.entries(entry.text.fields ?? {}).map(([name, value]) =>
        slackText(`${name}: ${value}`, 600),
      );
      return [headlineOf(entry), slackText(entry.text.text, SECTION * SECTIONS), ...fields];
    }
    const { group, alerts, earlier } = factsOf(entry);
    return [headlineOf(entry), slackCode(group, 500), ...codesOf(alerts, earlier)];
  });
  return { text: paragraphs.map((lines) => lines.join('\n')).join('\n\n') };
}

function codesOf(alerts: readonly AlertLine[], earlier: readonly AlertLine[]): string[] {
  const code = (line: AlertLine) => alertCode(line, 200);
  return [...alerts.map((line) => `• ${code(line)}`), ...earlier.map((line) => `• earlier: ${code(line)}`)];
}

/** What becomes of a group, for its thread: an edit of the first message takes away what it said, this stays. */
export function slackReply(entry: GroupEntry): { readonly text: string } {
  const { alerts, earlier } = factsOf(entry);
  const reason = entry.group.reason === '' ? '' : ` (${slackText(entry.group.reason, 120)})`;
  return { text: [`${headlineOf(entry)}${reason}`, ...codesOf(alerts, earlier)].join('\n') };
}

function headlineOf(entry: Entry): string {
  // Slack refuses a message that shows nothing.
  if (entry.kind === 'text') return slackText(entry.text.title ?? entry.text.text, 250).trim() || '-';
  const facts = factsOf(entry);
  return (
    slackText(facts.headline, 250) +
    (facts.resolvedAfter === undefined ? '' : ` (resolved after ${facts.resolvedAfter})`)
  );
}

function attachment(entry: Entry, links: LinkOptions, alone: boolean): MessageAttachment {
  const blocks = entry.kind === 'text' ? textBlocks(entry, alone) : groupBlocks(entry, links, alone);
  return { color: colourOf(entry), fallback: headlineOf(entry), blocks };
}

function colourOf(entry: Entry): string {
  if (entry.kind === 'text') return colours[entry.text.severity ?? 'info'] ?? colours['info']!;
  const { status, severity } = factsOf(entry);
  return status === 'resolved' ? RESOLVED : (colours[severity ?? 'warning'] ?? colours['warning']!);
}
