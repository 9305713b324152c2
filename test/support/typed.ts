/** A command that a page has its reader type, and the lines it shows below. */
export interface Typed {
  readonly command: string;
  readonly shown: readonly string[];
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** The blocks of a page that look like a terminal: `$ ` begins a command, a `\` at its end goes on with the next line. */
export function typedIn(page: string): readonly (readonly Typed[])[] {
  return [...page.matchAll(/^```console\n(.*?)^```$/gms)].map(([, text = '']) =>
    text
      .replaceAll(/\\\n\s*/g, '')
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...lines] = part.trimEnd().split('\n');
        return { command, shown: lines.filter((line) => line.trim() !== '' && line !== '...') };
      }),
  );
}

export function idIn(text: string): string | undefined {
  return uuid.exec(text)?.[0];
}

/** Ids that a page made up are those that the reader sees. */
export function withId(command: string, id: string | undefined): string {
  return id === undefined ? command : command.replaceAll(new RegExp(uuid, 'g'), id);
}

/** A line without what is different each time: ids, versions, times, durations, addresses, widths of columns. */
export function gist(line: string): string {
  return line
    .replaceAll(new RegExp(uuid, 'g'), '<id>')
    .replaceAll(/\b[0-9a-f]{16}\b/g, '<version>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, '<time>')
    .replaceAll(/\((now|[^()]* ago)\)/g, '<ago>')
    .replaceAll(/\b\d+(\.\d+)? (ms|s)\b/g, '<took>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<hub>')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
