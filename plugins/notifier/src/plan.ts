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
const MOST_ENTRIES = 7;
/** Lines of one message: one for each alert in each state. So many fit into two more blocks, or into a message without any. */
const MOST_LINES = 80;
/** Of a text from a workflow: what takes the place of one line. */
const LINE = 150;

/**
 * The next message of what waits: several notifications of one group become one, and `mergeFrom` groups or more share a
 * message. In the order they came; nothing is left out, and what does not fit is the beginning of the next message.
 */
export function nextMessage(items: readonly QueueItem<Item>[], mergeFrom: number): Message {
  const waiting = Map.groupBy(items, ({ id, data }) =>
    data.kind === 'group' ? `group ${data.groupKey}` : `text ${id}`,
  );
  const most = waiting.size >= mergeFrom ? MOST_ENTRIES : 1;
  const entries: Entry[] = [];
  const done: string[] = [];
  let room = MOST_LINES;
  for (const same of [...waiting.values()].slice(0, most)) {
    const taken = fitting(same, room, entries.length === 0);
    if (taken === undefined) break;
    entries.push(taken.entry);
    done.push(...same.slice(0, taken.count).map(({ id }) => id));
    room -= linesOf(taken.entry);
    if (taken.count < same.length) break;
  }
  return { entries, done, id: sha256(done.join(' ')) };
}

/** As many of these as have room together; at least one where `first`, or nothing would ever be done. */
function fitting(items: readonly QueueItem<Item>[], room: number, first: boolean) {
  let fits: { readonly entry: Entry; readonly count: number } | undefined;
  for (let count = 1; count <= items.length; count++) {
    const entry = entryOf(items.slice(0, count).map(({ data }) => data));
    if (linesOf(entry) > room && !(first && count === 1)) break;
    fits = { entry, count };
  }
  return fits;
}

function linesOf(entry: Entry): number {
  if (entry.kind === 'text') return Math.ceil(entry.text.text.length / LINE);
  return entry.group.alerts.length + entry.earlier.length;
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

/** The parts of a notification were added together: they stand before the last of them, as far as they still wait. */
function withItsParts(groups: readonly GroupItem[], last: GroupItem): GroupItem {
  const parts = [last];
  for (const before of groups.slice(0, -1).reverse()) {
    if (before.parts !== last.parts || before.part !== parts[0]!.part - 1) break;
    parts.unshift(before);
  }
  if (parts.length === 1) return last;
  const all = parts.length === last.parts ? { part: 1, parts: 1 } : {};
  return { ...last, ...all, alerts: parts.flatMap(({ alerts }) => alerts) };
}

const stateOf = ({ fingerprint, status, startsAt }: Told) => `${fingerprint} ${status} ${startsAt}`;
