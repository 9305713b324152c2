import { html as escaped } from 'ghtml';

/** Text that is HTML. Only `html` makes it, so nothing gets into a page unescaped: there is no way to ask for it. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | false | null | undefined | readonly Value[];

/** Values are escaped, but for Html; lists are put one after the other; false, null and undefined are nothing. */
export function html(literals: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(values.reduce<string>((text, value, at) => text + textOf(value) + literals[at + 1], literals[0]!));
}

function textOf(value: Value): string {
  if (value instanceof Html) return value.text;
  if (value === false || value === null || value === undefined) return '';
  return typeof value === 'object' ? value.map(textOf).join('') : escaped`${value}`;
}
