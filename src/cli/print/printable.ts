/**
 * Text of others (agents, files, a hub) made safe for a terminal: control characters could move the cursor, retitle
 * the window or hide lines. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** The same on one line, cut to `most` characters. */
export function oneLine(text: string, most = 120): string {
  const line = printable(text.replace(/\s+/g, ' ').trim());
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** A value for people: text as it is, everything else as JSON. */
export function valueText(value: unknown): string {
  return printable(typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? ''));
}
