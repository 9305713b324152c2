const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** `3 min ago`, `in 2 h`, `now`: the largest unit alone, which is what a glance needs. */
export function relative(at: number, now: number): string {
  const distance = Math.abs(now - at);
  const unit = units.find(([, size]) => distance >= size);
  if (unit === undefined) return 'now';
  const text = `${Math.floor(distance / unit[1])} ${unit[0]}`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** Local time to the second, sortable. */
export function absolute(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-11-23 06:28:10 (3 min ago)`; `-` for no time. */
export function when(iso: string | null | undefined, now: number): string {
  if (iso === null || iso === undefined) return '-';
  const at = Date.parse(iso);
  return Number.isNaN(at) ? '-' : `${absolute(at)} (${relative(at, now)})`;
}

/** How long: `12 ms`, `3.4 s`, `2 min 05 s`, `1 h 03 min`, `2 d 04 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  // 59.96 s must not become "60.0 s"
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const two = (part: number): string => String(Math.floor(part)).padStart(2, '0');
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${two((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${two((seconds % 86_400) / 3_600)} h`;
}

/** From start to end, or to now while it lasts; `-` when it has not started. */
export function lasted(from: string | null | undefined, to: string | null | undefined, now: number): string {
  if (from === null || from === undefined) return '-';
  return duration((to === null || to === undefined ? now : Date.parse(to)) - Date.parse(from));
}
