const SHAPE = /^\s*(==|!=|<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*$/;

const COMPARE = {
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
};

/** A value as a result holds it: NaN and the infinities are no numbers of JSON, and stay the text they came as. */
export type Value = number | string;

/** The test of `== 0`, `< 0.05`, `!= 1` ...; undefined when the text is none. NaN satisfies nothing but `!=`. */
export function expectation(text: string): ((value: Value) => boolean) | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const compare = COMPARE[match[1] as keyof typeof COMPARE];
  const expected = Number(match[2]);
  return (value) => compare(typeof value === 'number' ? value : toNumber(value), expected);
}

/** A number where JSON has one for it. */
export function valueOf(text: string): Value {
  const number = toNumber(text);
  return Number.isFinite(number) ? number : text;
}

function toNumber(text: string): number {
  return Number(text.replace(/Inf$/, 'Infinity'));
}
