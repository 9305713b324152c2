import type { KnownBlock, MessageAttachment, MrkdwnElement, PlainTextElement } from '@slack/types';
import type { Entry, GroupEntry, Message, TextEntry } from '../plan.js';
import { factsOf, type Facts } from './facts.js';
import { type LinkOptions, linksOf } from './links.js';
import { slackCode, slackText } from './texts.js';
import { slackDate } from './times.js';

/** Block Kit's limits, in UTF-16 units. */
const HEADER = 150;
const SECTION = 3_000;
const BUTTON = 75;
const FALLBACK = 1_000;
const TOP = 5;
/** Short lines of the alerts behind the top ones. */
const REST = 40;

export interface SlackMessage {
  readonly text: string;
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
  if (entries.length === 1)
    return { text: headlineOf(entries[0]!), attachments: [attachment(entries[0]!, links, true)] };
  const text = `${entries.length} messages: ${entries.map(headlineOf).join('; ')}`;
  return {
    text: text.length > FALLBACK ? `${entries.length} messages` : text,
    attachments: entries.map((entry) => attachment(entry, links, false)),
  };
}

/** Without blocks, for when Slack does not take them. */
export function plainSlackMessage({ entries }: Pick<Message, 'entries'>): { readonly text: string } {
  return { text: entries.map(headlineOf).join('\n') };
}

export function headlineOf(entry: Entry): string {
  if (entry.kind === 'text') return slackText(entry.text.title ?? entry.text.text, 250);
  const facts = factsOf(entry);
  return (
    slackText(facts.headline, 250) +
    (facts.resolvedAfter === undefined ? '' : ` (resolved after ${facts.resolvedAfter})`)
  );
}

function attachment(entry: Entry, links: LinkOptions, alone: boolean): MessageAttachment {
  const blocks = entry.kind === 'text' ? textBlocks(entry) : groupBlocks(entry, links, alone);
  return { color: colourOf(entry), fallback: headlineOf(entry), blocks };
}

function colourOf(entry: Entry): string {
  if (entry.kind === 'text') return colours[entry.text.severity ?? 'info'] ?? colours['info']!;
  const { status, severity } = factsOf(entry);
  return status === 'resolved' ? RESOLVED : (colours[severity ?? 'warning'] ?? colours['warning']!);
}

function textBlocks({ text: { title, text, fields = {} } }: TextEntry): KnownBlock[] {
  const shown = Object.entries(fields)
    .slice(0, 10)
    .map(([name, value]) => field(name, slackCode(value, 1_500)));
  return [
    ...(title ? [header(title)] : []),
    { type: 'section', text: mrkdwn(slackText(text, SECTION) || '-') },
    ...(shown.length > 0 ? [{ type: 'section' as const, fields: shown }] : []),
  ];
}

function groupBlocks(entry: GroupEntry, links: LinkOptions, alone: boolean): KnownBlock[] {
  const facts = factsOf(entry);
  const top = facts.alerts.slice(0, TOP).map((line) => `• ${slackCode(line, 400)}`);
  const buttons = linksOf(entry.group, links);
  const blocks: (KnownBlock | undefined)[] = [
    header(`${facts.status === 'resolved' ? '🟢' : '🔴'} ${facts.headline}`),
    facts.description === undefined || !alone
      ? undefined
      : { type: 'section', text: plain(facts.description, SECTION) },
    { type: 'section', fields: fieldsOf(facts) },
    { type: 'section', text: mrkdwn(top.join('\n')) },
    rest(`${facts.alerts.length - TOP} more`, facts.alerts.slice(TOP)),
    rest('While this message waited', facts.earlier),
    buttons.length === 0
      ? undefined
      : {
          type: 'actions',
          elements: buttons.map(({ title, url }) => ({
            type: 'button',
            text: plain(title, BUTTON),
            url,
            action_id: `open-${title.toLowerCase()}`,
          })),
        },
    { type: 'context', elements: [mrkdwn(contextOf(facts, entry))] },
  ];
  return blocks.filter((block) => block !== undefined);
}

function fieldsOf(facts: Facts): MrkdwnElement[] {
  const since = slackDate(facts.since);
  const value = facts.value === undefined ? undefined : slackCode(facts.value, 500);
  const threshold = facts.threshold === undefined ? undefined : slackCode(facts.threshold, 500);
  const fields: [string, string | undefined][] = [
    ['Since', facts.resolvedAfter === undefined ? since : `${since}\nresolved after ${facts.resolvedAfter}`],
    ['Severity', facts.severity === undefined ? undefined : slackCode(facts.severity, 100)],
    ['Value', value === undefined ? undefined : `${value}${threshold === undefined ? '' : `, threshold ${threshold}`}`],
    ['Threshold', value === undefined ? threshold : undefined],
    ['Error budget left', facts.budget === undefined ? undefined : slackCode(facts.budget, 100)],
    ['Alerts', `${facts.count.firing} firing, ${facts.count.resolved} resolved`],
  ];
  return fields.flatMap(([name, text]) => (text === undefined ? [] : [field(name, text)]));
}

/** Short, and as many as there is room for: the count says how many there are. */
function rest(title: string, lines: readonly string[]): KnownBlock | undefined {
  if (lines.length === 0) return undefined;
  const shown = lines.slice(0, REST).map((line) => slackCode(line, 65));
  const left = lines.length - shown.length;
  return { type: 'section', text: mrkdwn(`${title}: ${shown.join(' ')}${left > 0 ? ` and ${left} more` : ''}`) };
}

function contextOf(facts: Facts, { group }: GroupEntry): string {
  const parts = [slackCode(facts.group, 500)];
  if (facts.reason !== '') parts.push(slackCode(facts.reason, 120));
  if (group.parts > 1) parts.push(`part ${group.part} of ${group.parts}`);
  if (group.truncated > 0) parts.push(`Alertmanager left out ${group.truncated} alerts`);
  return parts.join(' · ');
}

const header = (text: string): KnownBlock => ({ type: 'header', text: plain(text, HEADER) });
const plain = (text: string, max: number): PlainTextElement => ({
  type: 'plain_text',
  text: slackText(text, max) || '-',
  emoji: false,
});
const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });
const field = (name: string, text: string): MrkdwnElement =>
  mrkdwn(`*${slackText(name.replaceAll('*', ''), 200)}*\n${text}`);
