import { html as escaped } from 'ghtml';

/** Text that is HTML. Only `html` makes it: what came in a message cannot get into the page unescaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Html | string | number | false | undefined | readonly Value[];

export function html(literals: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(values.reduce<string>((text, value, at) => text + textOf(value) + literals[at + 1], literals[0]!));
}

function textOf(value: Value): string {
  if (value instanceof Html) return value.text;
  if (value === false || value === undefined) return '';
  return typeof value === 'object' ? value.map(textOf).join('') : escaped`${value}`;
}
