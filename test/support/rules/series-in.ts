/** The name and the labels of `name{a="1", b="2"}`. */
export function seriesIn(text: string): { readonly name: string; readonly labels: Readonly<Record<string, string>> } {
  const [, name = '', inside = ''] = /^([^{]+)(?:\{(.*)\})?$/.exec(text) ?? [];
  const labels = [...inside.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]);
  return { name, labels: Object.fromEntries(labels) as Record<string, string> };
}
