import type { KnownBlock, MrkdwnElement, PlainTextElement } from '@slack/types';
import type { Entry, GroupEntry, TextEntry } from '../plan.js';
import { type AlertLine, factsOf, type Facts } from './facts.js';
import { type LinkOptions, linksOf } from './links.js';
import { slackCode, slackText, slackTexts } from './texts.js';
import { slackDate } from './times.js';

/** Block Kit's limits, in UTF-16 units. */
const HEADER = 150;
export const SECTION = 3_000;
const BUTTON = 75;
/** Alerts in full; the others have short lines, so many of them in one section. */
const TOP = 5;
const SHORT = 40;
/** Sections of a text from a workflow. */
export const SECTIONS = 4;

/** What tells the states apart at a glance. */
export const signOf = (entry: Entry) =>
  entry.kind === 'text' ? '' : entry.group.status === 'resolved' ? '🟢 ' : '🔴 ';

export function textBlocks({ text: { title, text, fields = {} } }: TextEntry, alone: boolean): KnownBlock[] {
  const shown = Object.entries(fields)
    .slice(0, 10)
    .map(([name, value]) => field(name, slackCode(value, 1_500)));
  return [
    ...(title && !alone ? [header(title)] : []),
    ...slackTexts(text, SECTION, SECTIONS).map((part) => ({ type: 'section' as const, text: mrkdwn(part || '-') })),
    ...(shown.length > 0 ? [{ type: 'section' as const, fields: shown }] : []),
  ];
}

export function groupBlocks(entry: GroupEntry, links: LinkOptions, alone: boolean): KnownBlock[] {
  const facts = factsOf(entry);
  const top = facts.alerts.slice(0, TOP).map((line) => `• ${alertCode(line, 400)}`);
  const buttons = linksOf(entry.group, links);
  const blocks: (KnownBlock | undefined)[] = [
    alone ? undefined : header(`${signOf(entry)}${facts.headline}`),
    facts.description === undefined || !alone
      ? undefined
      : { type: 'section', text: plain(facts.description, SECTION) },
    { type: 'section', fields: fieldsOf(facts) },
    { type: 'section', text: mrkdwn(top.join('\n')) },
    ...shortLines(`${facts.alerts.length - TOP} more`, facts.alerts.slice(TOP)),
    ...shortLines('While this message waited', facts.earlier),
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

/** All of them: the plan takes no more into one message than there is room for. */
function shortLines(title: string, lines: readonly AlertLine[]): KnownBlock[] {
  const sections = Array.from({ length: Math.ceil(lines.length / SHORT) }, (_, n) =>
    lines.slice(n * SHORT, (n + 1) * SHORT).map((line) => alertCode(line, 65)),
  );
  return sections.map((shown, n) => ({
    type: 'section',
    text: mrkdwn(`${n === 0 ? `${title}: ` : ''}${shown.join(' ')}`),
  }));
}

/** An alert in at most `max` units: with its fingerprint where its labels are cut, as the end of them is what differs. */
export function alertCode({ text, fingerprint }: AlertLine, max: number): string {
  const whole = slackCode(text, Infinity);
  if (whole.length <= max) return whole;
  const id = fingerprint.slice(0, 24);
  return `${slackCode(text, max - id.length - 1).slice(0, -1)} ${id}\``;
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
