import type { Entry } from '../plan.js';
import { factsOf } from './facts.js';
import { type LinkOptions, linksOf } from './links.js';
import { clean, cut, html, oneLine } from './texts.js';

/** A message in words: for mail, and for whoever reads a webhook. */
export interface Plain {
  readonly title: string;
  readonly lines: readonly string[];
  readonly links: readonly { readonly title: string; readonly url: string }[];
}

export function plainOf(entry: Entry, options: LinkOptions): Plain {
  if (entry.kind === 'text') {
    const { title, text, fields = {} } = entry.text;
    const named = Object.entries(fields).map(([name, value]) => `${oneLine(name)}: ${oneLine(value)}`);
    return { title: cut(oneLine(title ?? text), 200), lines: [...clean(text).split('\n'), ...named], links: [] };
  }
  const facts = factsOf(entry);
  const named = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}: ${value}`]);
  const alerts = [...facts.alerts.map(({ text }) => text), ...facts.earlier.map(({ text }) => `earlier: ${text}`)];
  return {
    title: cut(facts.headline, 200),
    lines: [
      ...(facts.description === undefined ? [] : clean(facts.description).split('\n')),
      `Since: ${facts.since}${facts.resolvedAfter === undefined ? '' : `, resolved after ${facts.resolvedAfter}`}`,
      ...named('Severity', facts.severity),
      ...named('Value', facts.value),
      ...named('Threshold', facts.threshold),
      ...named('Error budget left', facts.budget),
      `Group: ${facts.group}${facts.reason === '' ? '' : ` (${facts.reason})`}`,
      ...alerts.map((line) => `- ${line}`),
    ],
    links: linksOf(entry.group, options),
  };
}

export function mailText(plains: readonly Plain[]): string {
  return plains
    .map(({ title, lines, links }) =>
      [title, '', ...lines, '', ...links.map((link) => `${link.title}: ${link.url}`)].join('\n'),
    )
    .join('\n\n');
}

export function mailHtml(plains: readonly Plain[]): string {
  const parts = plains.map(({ title, lines, links }) => {
    const anchors = links.map((link) => `<a href="${html(link.url)}">${html(link.title)}</a>`).join(' · ');
    return `<h2>${html(title)}</h2>\n<p>${lines.map(html).join('<br>\n')}</p>\n<p>${anchors}</p>`;
  });
  return `<!doctype html>\n<html><body style="font-family: sans-serif">\n${parts.join('\n')}\n</body></html>\n`;
}
