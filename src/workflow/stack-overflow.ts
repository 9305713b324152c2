/** Data nested thousands deep ends in a RangeError. Told by name: a caller may live in another realm. */
export function isStackOverflow(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'name' in thrown && thrown.name === 'RangeError';
}
