import type { Schema } from '@commandcenter/sdk';
import type { Problem } from '../errors/index.js';

type Validated = Awaited<ReturnType<Schema['~standard']['validate']>>;
export type Issue = NonNullable<Validated['issues']>[number];

/** A schema library's issues as problems, with paths under `root` (`with.url`). */
export function problemsOf(issues: readonly Issue[], root = ''): Problem[] {
  return issues.map(({ path = [], message }) => ({
    path: [...(root === '' ? [] : [root]), ...path.map(keyOf)].join('.'),
    message,
  }));
}

/** For messages: `with.url: expected string; with.method: ...`. */
export function summaryOf(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}

const keyOf = (segment: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof segment === 'object' ? segment.key : segment);

/** Not `instanceof Promise`: libraries bring their own, and each realm has its own. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
