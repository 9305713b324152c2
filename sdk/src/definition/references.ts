/** Not exported: only this file makes and opens references. */
const PATH = Symbol('path');
declare const VALUE: unique symbol;

/** Stands for a value that a run will have, and becomes `${{ path }}` in the definition. */
export interface Reference<out T> {
  readonly [VALUE]: T;
  readonly [PATH]: string;
  /** `${{ path }}`, also inside a template literal. */
  toString(): string;
}

/** A reference with the members of its value; of a value nobody knows the type of, with none. */
export type Ref<T> = Reference<T> & Members<T>;

type Members<T> = unknown extends T
  ? unknown
  : T extends readonly (infer E)[]
    ? { readonly [index: number]: Ref<E> }
    : T extends object
      ? { readonly [K in keyof T]-?: Ref<Exclude<T[K], undefined>> }
      : unknown;

/** Text with at least one `${{ }}` in it. */
export type Expression = `${string}\${{${string}}}${string}`;

/** A reference to `path`; its members are made when somebody asks for them. */
export function reference<T>(path: string): Ref<T> {
  const target = { [PATH]: path, toString: () => textOf(path), toJSON: () => textOf(path) };
  return new Proxy(target, {
    get(own, key) {
      if (key === Symbol.toPrimitive) return own.toString;
      if (typeof key === 'symbol' || Object.hasOwn(own, key)) return Reflect.get(own, key) as unknown;
      return reference(memberOf(path, key));
    },
  }) as unknown as Ref<T>;
}

export function isReference(value: unknown): value is Reference<unknown> {
  return typeof value === 'object' && value !== null && PATH in value;
}

/**
 * An expression (CEL) with references in it: cel`${steps.fetch.output.status} != 200`. Values that are no references
 * stand as literals.
 */
export function cel(text: TemplateStringsArray, ...values: readonly unknown[]): Expression {
  const parts = values.map((value) => (isReference(value) ? value[PATH] : JSON.stringify(value)));
  return textOf(String.raw({ raw: text.raw }, ...parts)) as Expression;
}

function memberOf(path: string, key: string): string {
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function textOf(path: string): string {
  return `\${{ ${path} }}`;
}
