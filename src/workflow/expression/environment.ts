import { Environment } from '@marcbachmann/cel-js';
import { LIMITS } from './limits.js';

/**
 * cel-js knows the grammar and the types; it only ever checks for us, so the handlers below are never called.
 * Numbers of JSON are doubles to it and literals are ints: everything mixed is allowed.
 */
const base = declare(
  new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: {
      maxDepth: LIMITS.depth,
      maxAstNodes: LIMITS.length,
      maxListElements: 256,
      maxMapEntries: 256,
      maxCallArguments: 8,
    },
  }),
);

const environments = new Map<string, Environment>();

/** Cached: few sets of names are ever used, except by `ctx.evaluate`, hence the bound. */
export function environmentFor(names: readonly string[], statusFunctions: boolean): Environment {
  const key = `${statusFunctions}:${names.join(',')}`;
  let environment = environments.get(key);
  if (environment === undefined) {
    environment = base.clone();
    for (const name of names) environment.registerVariable(name, 'dyn');
    if (statusFunctions)
      for (const name of STATUS_FUNCTIONS) environment.registerFunction(`${name}(): bool`, unused, { async: false });
    if (environments.size >= 500) environments.clear();
    environments.set(key, environment);
  }
  return environment;
}

/** False for the words of CEL itself: `list`, `string`, `true`, `in` ... */
export function isFreeName(name: string): boolean {
  return /^[A-Za-z_]\w{0,60}$/.test(name) && !base.hasVariable(name) && !KEYWORDS.has(name);
}

const KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in', '__proto__', 'prototype']);

export const STATUS_FUNCTIONS: readonly string[] = ['success', 'failure', 'always'];

function declare(environment: Environment): Environment {
  for (const [a, b] of [
    ['int', 'double'],
    ['double', 'int'],
  ] as const) {
    for (const operator of ['+', '-', '*', '/', '%'])
      environment.registerOperator(`${a} ${operator} ${b}: double`, unused);
  }
  environment.registerOperator('double % double: double', unused);
  environment.registerOperator('int == double: bool', unused);
  for (const signature of [
    'regex(string, string): bool',
    'toJson(dyn): string',
    'fromJson(string): dyn',
    'default(dyn, dyn): dyn',
    'string.replace(string, string): string',
    'string(google.protobuf.Timestamp): string',
    'string(google.protobuf.Duration): string',
    'timestamp(double): google.protobuf.Timestamp',
    'string.substring(double): string',
    'string.substring(double, double): string',
  ]) {
    environment.registerFunction(signature, unused, { async: false });
  }
  return environment;
}

function unused(): never {
  throw new Error('cel-js only checks; see nodes.ts for evaluation');
}
