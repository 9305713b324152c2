/** `4 m 12 s`, two units at most. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Shown by Slack in each reader's own time zone. */
export function slackDate(at: string): string {
  const seconds = Math.floor(Date.parse(at) / 1_000);
  return `<!date^${seconds}^{date_short_pretty} {time_secs}|${new Date(seconds * 1_000).toISOString()}>`;
}
