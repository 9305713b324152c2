const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Without control characters and those that turn or hide what follows; whole characters only. */
export const clean = (text: string): string =>
  text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replaceAll('\r\n', '\n')
    .replace(CONTROL, '');

/** At most `max` UTF-16 units, never half a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = text.codePointAt(max - 2)! > 0xffff ? max - 2 : max - 1;
  return `${text.slice(0, end)}…`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Clean and escaped for Slack, where `<!channel>` would call everybody; at most `max` units, never half an entity. */
export function slackText(text: string, max: number): string {
  const [part = ''] = slackTexts(text, max, 1);
  return part;
}

/** The same in at most `most` parts; the last one shows by its end that something is left out. */
export function slackTexts(text: string, max: number, most: number): string[] {
  const escaped = clean(text).replace(/[&<>]/g, (sign) => ENTITIES[sign]!);
  const parts: string[][] = [[]];
  let length = 0;
  for (const unit of escaped.match(/&(?:amp|lt|gt);|[^]/gu) ?? []) {
    if (length + unit.length > max) {
      if (parts.length === most) {
        const last = parts.at(-1)!;
        for (; length > max - 1; length -= last.pop()!.length);
        last.push('…');
        break;
      }
      parts.push([]);
      length = 0;
    }
    parts.at(-1)!.push(unit);
    length += unit.length;
  }
  return parts.map((part) => part.join(''));
}

/** As code: nothing in it is read as a sign of mrkdwn. */
export function slackCode(text: string, max: number): string {
  const inside = slackText(text.replaceAll('`', "'").replaceAll(/\s+/g, ' ').trim(), max - 2);
  return inside === '' ? '`-`' : `\`${inside}\``;
}

export const oneLine = (text: string): string => clean(text).replaceAll(/\s+/g, ' ').trim();

export function html(text: string): string {
  return clean(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? (sign === '"' ? '&quot;' : '&#39;'));
}
