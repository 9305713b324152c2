import type { QueueItem } from '@commandcenter/sdk';
import { type GroupItem, type Item, sha256, type TextItem } from './item.js';
import type { Alert } from './payload.js';

/** An alert in one state. */
type Told = Pick<Alert, 'fingerprint' | 'status' | 'startsAt'>;

/** A group's newest notification, with what happened to it while it waited. */
export interface GroupEntry {
  readonly kind: 'group';
  readonly group: GroupItem;
  /** Alerts in states that the newest notification does not tell any more, oldest first. */
  readonly earlier: readonly Alert[];
}

export interface TextEntry {
  readonly kind: 'text';
  readonly text: TextItem;
}

export type Entry = GroupEntry | TextEntry;

/** One message, and the items that are done with it. */
export interface Message {
  readonly entries: readonly Entry[];
  readonly done: readonly string[];
  /** The same when the same items are sent again. */
  readonly id: string;
}

/** Seven groups of seven blocks stay below the 50 that Slack takes in one message. */
const mostEntries = 7;

/**
 * The next message of what waits: several notifications of one group become one, and `mergeFrom` groups or more share a
 * message. In the order they came; nothing is left out.
 */
export function nextMessage(items: readonly QueueItem<Item>[], mergeFrom: number): Message {
  const waiting = new Map<string, QueueItem<Item>[]>();
  for (const item of items) {
    const key = item.data.kind === 'group' ? `group ${item.data.groupKey}` : `text ${item.id}`;
    const same = waiting.get(key);
    if (same) same.push(item);
    else waiting.set(key, [item]);
  }
  const count = waiting.size >= mergeFrom ? mostEntries : 1;
  const taken = [...waiting.values()].slice(0, count);
  const done = taken.flat().map(({ id }) => id);
  return { entries: taken.map((same) => entryOf(same.map(({ data }) => data))), done, id: sha256(done.join(' ')) };
}

function entryOf(items: readonly Item[]): Entry {
  const last = items.at(-1)!;
  if (last.kind === 'text') return { kind: 'text', text: last };
  const groups = items.filter((item) => item.kind === 'group');
  const newest = withItsParts(groups, last);
  const told = new Set(newest.alerts.map(stateOf));
  const earlier: Alert[] = [];
  for (const alert of groups.flatMap(({ alerts }) => alerts)) {
    if (told.has(stateOf(alert))) continue;
    told.add(stateOf(alert));
    earlier.push(alert);
  }
  return { kind: 'group', group: newest, earlier };
}

/** The parts of a notification were added together: they stand before the last of them. */
function withItsParts(groups: readonly GroupItem[], last: GroupItem): GroupItem {
  const parts = groups.slice(-last.part);
  const whole =
    parts.length === last.part && parts.every(({ part, parts }, n) => part === n + 1 && parts === last.parts);
  return whole && last.part > 1 ? { ...last, alerts: parts.flatMap(({ alerts }) => alerts) } : last;
}

const stateOf = ({ fingerprint, status, startsAt }: Told) => `${fingerprint} ${status} ${startsAt}`;
