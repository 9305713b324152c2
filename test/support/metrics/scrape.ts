export type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

interface Family {
  readonly help: string;
  readonly type: string;
}

/** Values by series, written as `seriesKey` does. */
export type SeriesValues = ReadonlyMap<string, number>;

/** One answer in Prometheus' text format 0.0.4. Strict: a line it does not understand is an error. */
export class Scrape {
  readonly families = new Map<string, Family>();
  readonly samples: readonly Sample[];

  constructor(readonly text: string) {
    this.samples = text.split('\n').flatMap((line) => this.#read(line));
  }

  static async of(url: string): Promise<Scrape> {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
    return new Scrape(await response.text());
  }

  /** Every series of these names; the same twice is an error. */
  series(names: readonly string[]): SeriesValues {
    const found = new Map<string, number>();
    for (const { name, labels, value } of this.samples) {
      if (!names.includes(name)) continue;
      const key = seriesKey(name, labels);
      if (found.has(key)) throw new Error(`printed twice: ${key}`);
      found.set(key, value);
    }
    return found;
  }

  /** The sum over the series of that name that have these labels. */
  sum(name: string, labels: Labels = {}): number {
    const matches = this.samples.filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
    return matches.reduce((sum, { value }) => sum + value, 0);
  }

  #read(line: string): Sample[] {
    if (line === '') return [];
    const comment = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/.exec(line);
    if (comment) {
      const [, what, name = '', text = ''] = comment;
      const family = this.families.get(name) ?? { help: '', type: '' };
      if (what === 'HELP') this.families.set(name, { ...family, help: text });
      if (what === 'TYPE') this.families.set(name, { ...family, type: text });
      return [];
    }
    const [, name, labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`not in the text format: ${line}`);
    return [{ name, labels: readLabels(labels, line), value: readValue(value, line) }];
  }
}

/** `name{a="1",b="2"}`, labels in alphabetical order. */
export function seriesKey(name: string, labels: Labels): string {
  const keys = Object.keys(labels).sort();
  return `${name}{${keys.map((key) => `${key}=${JSON.stringify(labels[key])}`).join(',')}}`;
}

function readLabels(text: string, line: string): Labels {
  const labels: Record<string, string> = {};
  const pair = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/y;
  while (pair.lastIndex < text.length) {
    const [, key = '', value = ''] = pair.exec(text) ?? [];
    if (key === '') throw new Error(`labels cannot be read: ${line}`);
    labels[key] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function readValue(text: string, line: string): number {
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
  if (Number.isNaN(value)) throw new Error(`value cannot be read: ${line}`);
  return value;
}
