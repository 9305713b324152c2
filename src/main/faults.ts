import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CcError } from '../errors/index.js';
import type { PluginPlace } from '../plugin-host/index.js';

export type FaultKind = 'rejection' | 'exception';

export interface Verdict {
  /** As written in commandcenter.yaml; undefined when the stack names none. */
  readonly plugin: string | undefined;
  /** Nothing of the hub was cut off half-way. */
  readonly survivable: boolean;
}

/** The folder of the hub's own code, beside which its plugins and packages lie. */
const hubFolder = dirname(dirname(fileURLToPath(import.meta.url)));
/** `at f (file:///a/b.js:1:2)`, `at async /a/b.js:1:2` */
const frame = /(?:\(|at |async )((?:file:\/\/|\/|[A-Za-z]:\\)[^\n]*?):\d+:\d+\)?$/gm;

/**
 * Whose fault an error is that nobody caught, by the files its stack names, and whether the hub can go on after it.
 *
 * A rejection that nobody awaits has cut nothing off. It ends the hub only when its stack names the hub's code and no
 * plugin's: a defect of ours, whose state nobody knows. Coded errors are none: those are answers that a plugin did not
 * wait for. An exception has unwound everything below it, so it is survivable only if that was a plugin's alone.
 */
export function judge(kind: FaultKind, thrown: unknown, places: readonly PluginPlace[], hub = hubFolder): Verdict {
  const owners = filesIn(thrown).map((file) => ownerOf(file, places, hub));
  const plugin = owners.find((owner) => owner !== undefined && owner !== ours);
  const hubToo = owners.includes(ours);
  if (kind === 'exception') return { plugin, survivable: plugin !== undefined && !hubToo };
  return { plugin, survivable: plugin !== undefined || !hubToo || thrown instanceof CcError };
}

/** No plugin can be listed by an empty text. */
const ours = '';

/** The owner of the longest folder around a file. Packages that are nobody's own are nobody's. */
function ownerOf(file: string, places: readonly PluginPlace[], hub: string): string | undefined {
  let found: { readonly folder: string; readonly owner: string } | undefined;
  const candidates = [{ folder: hub, owner: ours }, ...places.map(({ folder, use }) => ({ folder, owner: use }))];
  for (const { folder, owner } of candidates) {
    const isInside = file === folder || file.startsWith(folder + sep);
    if (isInside && folder.length > (found?.folder.length ?? 0)) found = { folder, owner };
  }
  return found?.owner;
}

function filesIn(thrown: unknown): string[] {
  const stack = (thrown as { stack?: unknown } | null | undefined)?.stack;
  if (typeof stack !== 'string') return [];
  return [...stack.matchAll(frame)].map(([, place = '']) => pathOf(place));
}

function pathOf(place: string): string {
  try {
    // Modules imported anew have a query.
    return place.startsWith('file:') ? fileURLToPath(place.replace(/[?#].*$/, '')) : place;
  } catch {
    return place;
  }
}
