import { planStep } from './paths.js';
import type { Correlation, EventPlanStep, Plan, Scope } from './plan.js';
import type { Run } from './run.js';
import { scopeOf } from './scope.js';
import { canonicalJson } from './version.js';

/** What a run that waits for an event leaves behind, so that whoever sees an event can tell without loading the run. */
export interface AwaitedEvent {
  readonly type: string;
  /** Where an event that matches has what: an event without it cannot match. */
  readonly key: EventKey | undefined;
  /** What the condition reads of the run, and no more. */
  readonly scope: Readonly<Record<string, unknown>>;
}

interface EventKey {
  /** Keys below the event, as JSON. */
  readonly path: string;
  /** Canonical JSON of what stands there. */
  readonly value: string;
}

export function awaitedEvent(run: Run, path: string): AwaitedEvent {
  const { type, condition } = eventStep(run.plan, path);
  const scope = scopeOf(run, path) as Readonly<Record<string, unknown>>;
  const correlation = condition?.correlation;
  return { type, key: correlation && keyOf(correlation, scope), scope: excerpt(scope, condition?.reads ?? []) };
}

/** What an event has at a path of a key; undefined when it has nothing there. */
export function eventValueAt(event: unknown, path: string): string | undefined {
  const value = valueAt(event, JSON.parse(path) as string[]);
  return value === undefined ? undefined : canonicalJson(value);
}

/** A condition that cannot be evaluated for an event does not hold for it. */
export function eventMatches(plan: Plan, path: string, scope: Scope, event: unknown): boolean {
  const { condition } = eventStep(plan, path);
  try {
    return condition?.condition.evaluate({ ...scope, event }, { success: true, failure: false }) ?? true;
  } catch {
    return false;
  }
}

function eventStep(plan: Plan, path: string): EventPlanStep {
  const step = planStep(plan, path);
  if (step?.kind !== 'event') throw new TypeError(`step ${path} waits for no event`);
  return step;
}

/** Without a value to look for, every event of the type is looked at. */
function keyOf(correlation: Correlation, scope: Scope): EventKey | undefined {
  try {
    return { path: JSON.stringify(correlation.path), value: canonicalJson(correlation.evaluate(scope)) };
  } catch {
    return undefined;
  }
}

/** The values at these paths, and the maps around them. */
function excerpt(
  scope: Readonly<Record<string, unknown>>,
  paths: readonly (readonly string[])[],
): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  // Shorter paths first: what lies below a value that is there whole is there already.
  for (const path of [...paths].sort((a, b) => a.length - b.length)) pick(picked, scope, path);
  return picked;
}

function pick(into: Record<string, unknown>, from: unknown, [key, ...rest]: readonly string[]): void {
  const value = key === undefined ? undefined : valueAt(from, [key]);
  if (value === undefined) return;
  const own = Object.hasOwn(into, key!) ? into[key!] : undefined;
  if (own === value) return; // whole already
  if (rest.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value))
    return put(into, key!, value);
  const inner = (own ?? {}) as Record<string, unknown>;
  put(into, key!, inner);
  pick(inner, value, rest);
}

/** `__proto__` is a key like any other. */
function put(into: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(into, key, { value, enumerable: true, writable: true, configurable: true });
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
