/** A use of a name: `steps.fetch.output` is `{ name: 'steps', path: ['fetch', 'output'] }`. */
export interface Reference {
  readonly name: string;
  /** Constant keys that follow. */
  readonly path: readonly string[];
  /** True when the last constant key is followed by a computed one: `input[event.type]`. */
  readonly computed: boolean;
  /** Tested with `has()` or read with `.?` or `default()`: it may be missing. */
  readonly guarded: boolean;
  /** Where in the expression, from 0. */
  readonly at: number;
}
