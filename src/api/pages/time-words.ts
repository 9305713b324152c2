/** Words for times, which the script of the pages says too: they use nothing but each other. */
export const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** How long, at a glance: `340 ms`, `4.2 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1).replace('.0', '')} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 60) return pair(minutes, 'min', seconds % 60, 's');
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'min');
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

export function pair(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** `3 minutes ago`, `in 2 hours`, `just now`. */
export function relativeText(at: number, now: number): string {
  const distance = Math.abs(now - at);
  const unit = units.find(([, size]) => distance >= size);
  if (unit === undefined || distance < 2000) return 'just now';
  const count = Math.floor(distance / unit[1]);
  const text = `${count} ${unit[0]}${count === 1 ? '' : 's'}`;
  return at > now ? `in ${text}` : `${text} ago`;
}
