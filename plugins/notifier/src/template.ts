/** Of a value put into a template. */
const LONGEST = 2_000;

/**
 * Replaces `{{ a.b.0 }}` by what stands there in `data`: own fields only, no code. What is not there stays visible, for a
 * message with a gap is better than none. Escaping is left to the channel, which does it to the whole text.
 */
export function filled(template: string, data: unknown): string {
  return template.replace(/\{\{\s*([\w-]+(?:\.[\w-]+)*)\s*\}\}/g, (placeholder, path: string) => {
    let value: unknown = data;
    for (const name of path.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return placeholder;
      value = (value as Record<string, unknown>)[name];
    }
    return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, LONGEST);
  });
}
