import { diag, type DiagLogFunction, DiagLogLevel } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { detached } from '../detached.js';

/** One line of a kind in so many ms. */
const quietMs = 60_000;
/** A hub without a collector is a way to run: that is said when it starts, and now and then. */
const noCollectorMs = 3_600_000;
const noCollector = '\0collector';
/** Kinds that are told apart; all others are one kind. */
const mostKinds = 50;
/** Kept until there is a log. */
const mostHeld = 20;
const longest = 500;

type Tell = (line: string) => void;

/**
 * What goes wrong with telemetry itself (a collector that is down, spans that found no place), for the hub's log. One line a
 * minute of each kind, with the count of those that were not told: that a line about lost lines is lost itself, and so on,
 * ends there.
 */
export class Complaints {
  readonly #kinds = new Map<string, { at: number; untold: number }>();
  readonly #held: string[] = [];
  #tell: Tell = (line) => void (this.#held.length < mostHeld && this.#held.push(line));
  #telling = false;

  /** From now on, and what came before. */
  to(tell: Tell): void {
    this.#tell = tell;
    for (const line of this.#held.splice(0)) this.#say(line);
  }

  add(text: string, now = performance.now()): void {
    const kind = this.#kindOf(text);
    const known = this.#kinds.get(kind);
    if (known !== undefined && now - known.at < (kind === noCollector ? noCollectorMs : quietMs)) {
      known.untold++;
      return;
    }
    this.#kinds.set(kind, { at: now, untold: 0 });
    const more = known !== undefined && known.untold > 0 ? ` (and ${known.untold} like it since the last line)` : '';
    this.#say(`${kind === noCollector ? withoutCollector(text) : text.slice(0, longest)}${more}`);
  }

  #kindOf(text: string): string {
    if (/\bUNAVAILABLE\b|\bECONNREFUSED\b/.test(text)) return noCollector;
    const kind = text.slice(0, longest).replace(/[0-9a-f]{8,}|\d+/gi, '#');
    return this.#kinds.has(kind) || this.#kinds.size < mostKinds ? kind : 'other';
  }

  /** In nobody's trace: it is said in the context of whichever run or request filled the last place of a batch. */
  #say(line: string): void {
    if (this.#telling) return;
    this.#telling = true;
    try {
      detached(() => this.#tell(line));
    } finally {
      this.#telling = false;
    }
  }
}

function withoutCollector(text: string): string {
  const why = text.slice(0, longest).replace(/ Resolution note:.*$/s, '');
  return `spans and logs find no collector and are dropped (${why}). \`npm run dev:stack\` brings one; OTEL_TRACES_EXPORTER=none and OTEL_LOGS_EXPORTER=none ask for none`;
}

/** Warnings and errors of the SDK become complaints. */
export function listenToSdk(complaints: Complaints): void {
  const say: DiagLogFunction = (...parts: unknown[]) => complaints.add(parts.map(textOf).join(' '));
  const silent = () => undefined;
  diag.setLogger({ error: say, warn: say, info: silent, debug: silent, verbose: silent }, DiagLogLevel.WARN);
  setGlobalErrorHandler((thrown) => diag.error(textOf(thrown)));
}

function textOf(part: unknown): string {
  if (part instanceof AggregateError) return part.errors.map(textOf).join(', ');
  if (part instanceof Error) return part.message || String((part as NodeJS.ErrnoException).code ?? part.name);
  return typeof part === 'string' ? part : (JSON.stringify(part) ?? String(part));
}
