import type { Config } from '../config/index.js';
import { messageOf } from '../errors/index.js';
import { placeOfPlugin, type PluginPlace } from '../plugin-host/index.js';
import { PluginFaults } from '../telemetry/index.js';
import { type FaultKind, judge } from './faults.js';
import type { Log } from './log.js';

/** A plugin that throws in a fast timer must not fill the log. */
const quietMs = 1_000;

const says: Record<FaultKind, string> = {
  rejection: 'let a promise fail that nobody awaits',
  exception: 'threw where nobody could catch it',
};

/**
 * Errors that nobody caught: those of a plugin are logged under its name and counted, and the hub goes on; those of the hub
 * itself end it, as Node would. Its runs are then picked up by another replica, or by this one when it is back.
 */
export function watchFaults(config: Config, log: Log, exit: (code: number) => void): void {
  const places = placesOf(config);
  const lines = new Quiet();
  const faults = new PluginFaults(config.plugins.map(({ use }) => use));
  const on = (kind: FaultKind) => (thrown: unknown) => {
    const { plugin, survivable } = judge(kind, thrown, places);
    const err = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
    if (!survivable) {
      log.fatal({ context: 'Process', err }, `A defect of the hub ends it: ${messageOf(thrown)} (uncaught ${kind})`); // prettier-ignore
      exit(1);
      return;
    }
    faults.count(kind, plugin);
    const who = plugin === undefined ? 'Somebody' : `Plugin "${plugin}"`;
    const dropped = lines.take(`${plugin}`);
    if (dropped === undefined) return;
    const fields = {
      context: 'Plugins',
      ...(plugin !== undefined && { plugin }),
      ...(dropped > 0 && { dropped }),
      err,
    };
    log.error(fields, `${who} ${says[kind]}: ${messageOf(thrown)}. The hub goes on`);
  };
  process.on('unhandledRejection', on('rejection'));
  process.on('uncaughtException', on('exception'));
}

/** What cannot be found is told when it is loaded. */
function placesOf({ plugins, root }: Config): PluginPlace[] {
  return plugins.flatMap(({ use }) => {
    try {
      return [placeOfPlugin(use, root)];
    } catch {
      return [];
    }
  });
}

/** One line a second for each, with the number of those left out before it. */
class Quiet {
  readonly #by = new Map<string, { at: number; dropped: number }>();

  take(who: string): number | undefined {
    const now = performance.now();
    const last = this.#by.get(who);
    if (last !== undefined && now - last.at < quietMs) {
      last.dropped++;
      return undefined;
    }
    this.#by.set(who, { at: now, dropped: 0 });
    return last?.dropped ?? 0;
  }
}
