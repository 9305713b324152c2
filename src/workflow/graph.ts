/** A step and the steps it needs, in the order of the file. */
export type Needs = ReadonlyMap<string, readonly string[]>;

export type Order =
  | { readonly ok: true; readonly order: readonly string[] }
  /** `a -> b -> a`: a needs b needs a. */
  | { readonly ok: false; readonly cycle: readonly string[] };

/** Every step after the steps it needs; of several that could come next, the first in the file. Unknown needs are ignored. */
export function topologicalOrder(needs: Needs): Order {
  const open = new Map<string, number>();
  const dependents = dependentsOf(needs);
  for (const [id, list] of needs) open.set(id, new Set(list.filter((need) => needs.has(need))).size);

  const order: string[] = [];
  let ready = [...open].filter(([, count]) => count === 0).map(([id]) => id);
  while (ready.length > 0) {
    const next: string[] = [];
    for (const id of ready) {
      order.push(id);
      for (const dependent of dependents.get(id) ?? []) {
        const left = open.get(dependent)! - 1;
        open.set(dependent, left);
        if (left === 0) next.push(dependent);
      }
    }
    ready = next;
  }
  return order.length === needs.size ? { ok: true, order } : { ok: false, cycle: findCycle(needs, new Set(order)) };
}

export function dependentsOf(needs: Needs): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>([...needs.keys()].map((id) => [id, []]));
  for (const [id, list] of needs) for (const need of new Set(list)) dependents.get(need)?.push(id);
  return dependents;
}

/** All steps that must be settled before this one starts, through any number of needs. */
export function upstreamOf(id: string, needs: Needs): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...(needs.get(id) ?? [])];
  for (let need = open.pop(); need !== undefined; need = open.pop()) {
    if (found.has(need)) continue;
    found.add(need);
    open.push(...(needs.get(need) ?? []));
  }
  return found;
}

/** Every step that is not in the order has a need that is not either, so following needs must come back to a step. */
function findCycle(needs: Needs, ordered: ReadonlySet<string>): readonly string[] {
  const walked: string[] = [];
  let at = [...needs.keys()].find((id) => !ordered.has(id))!;
  while (!walked.includes(at)) {
    walked.push(at);
    at = needs.get(at)!.find((need) => needs.has(need) && !ordered.has(need))!;
  }
  return [...walked.slice(walked.indexOf(at)), at];
}
