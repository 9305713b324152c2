/** A secret that is searched for afterwards, wherever it could have gone. */
export interface Canary {
  readonly name: string;
  readonly value: string;
  /** A part of it that no encoding of text changes, and that stands nowhere else. */
  readonly mark: string;
}

/** With characters that JSON, URLs, HTML and base64 all write differently. */
export function canary(name: string): Canary {
  const mark = `cnry${name.replaceAll('_', '').toLowerCase()}`;
  return { name, mark, value: `é"\\+/? ${mark} &=%<>'~ÿ` };
}

/** Every way in which a piece of it would be seen: the mark as it is, and what base64 makes of it, wherever it stands. */
export function traces({ mark }: Canary): string[] {
  const bytes = Buffer.from(mark);
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return text.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3));
  });
  return [mark, ...base64, bytes.toString('hex')];
}

/** How people and programs write it; each must be seen by `traces`, or the search would find nothing whatever there was. */
export function spellings({ value }: Canary): Readonly<Record<string, string>> {
  return {
    plain: value,
    json: JSON.stringify(value),
    jsonInJson: JSON.stringify(JSON.stringify(value)),
    url: encodeURIComponent(value),
    form: new URLSearchParams({ v: value }).toString(),
    base64: Buffer.from(value).toString('base64'),
    base64url: Buffer.from(value).toString('base64url'),
    basic: Buffer.from(`user:${value}`).toString('base64'),
  };
}
