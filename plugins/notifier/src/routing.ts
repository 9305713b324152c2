import type { Route } from './options.js';

export type Labels = Readonly<Record<string, string>>;

/** The channels of something with these labels: of the first route that matches, and of those it continues to. */
export function channelsFor(labels: Labels, routes: readonly Route[]): string[] {
  const channels = new Set<string>();
  for (const route of routes) {
    const matches = Object.entries(route.match ?? {}).every(
      ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
    );
    if (!matches) continue;
    for (const channel of route.channels) channels.add(channel);
    if (!route.continue) break;
  }
  return [...channels];
}
