/** A text for a page that has room for many: what is beyond is in the JSON. */
export function cut(text: string, most = 8_000): string {
  return text.length <= most ? text : `${text.slice(0, most)}... (${text.length - most} more characters)`;
}
