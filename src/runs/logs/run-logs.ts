import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/index.js';
import { Database } from '../../database/index.js';
import { messageOf } from '../../errors/index.js';
import { detached } from '../../telemetry/index.js';

export interface LogLine {
  readonly runId: string;
  readonly at: number;
  readonly level: string;
  readonly step: string;
  readonly attempt: number;
  readonly message: string;
  /** JSON. */
  readonly fields: string | null;
}

/** Characters of a message; a line goes to the hub's own log too, and from there to whoever collects it. */
const longestMessage = 16 * 1024;
const flushMs = 200;
/** More than this waiting means the database does not keep up: lines are dropped, never work. */
const maxWaiting = 10_000;

/** Step logs: capped per run and best effort. What a run needs to go on is in its journal, not here. */
@Injectable()
export class RunLogs implements OnApplicationShutdown {
  readonly #log = new Logger('RunLogs');
  readonly #bytes = new Map<string, number>();
  #waiting: LogLine[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The line as it is kept; undefined when the run has logged enough, or the database does not keep up. */
  write(whole: LogLine): LogLine | undefined {
    const max = this.config.engine.maxLogBytes;
    const before = this.#bytes.get(whole.runId) ?? 0;
    if (before > max || this.#waiting.length >= maxWaiting) return undefined;
    const line = shortened(whole);
    const after = before + line.message.length + (line.fields?.length ?? 0) + 50;
    this.#bytes.set(line.runId, after);
    const kept =
      after > max
        ? { ...line, message: `the log of this run is cut here: engine.maxLogBytes is ${max}`, fields: null }
        : line;
    this.#waiting.push(kept);
    this.#timer ??= setTimeout(() => detached(() => void this.flush()), flushMs);
    return kept;
  }

  /** The run left this replica's memory. */
  forget(runId: string): void {
    this.#bytes.delete(runId);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#waiting.splice(0);
    if (lines.length > 0) this.#flushing = this.#flushing.then(() => this.#insert(lines));
    return this.#flushing;
  }

  async #insert(lines: readonly LogLine[]): Promise<void> {
    const column = <K extends keyof LogLine>(key: K) => lines.map((line) => line[key]);
    try {
      await this.database.pool.query(
        `INSERT INTO run_log (run_id, at, level, step, attempt, message, fields)
         SELECT run_id, to_timestamp(at / 1000), level, step, attempt, message, fields
         FROM unnest($1::uuid[], $2::float8[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[])
           AS l(run_id, at, level, step, attempt, message, fields)`,
        [
          column('runId'),
          column('at'),
          column('level'),
          column('step'),
          column('attempt'),
          column('message').map(storable),
          column('fields').map(storable),
        ],
      );
    } catch (thrown) {
      this.#log.warn(`${lines.length} step log lines are lost: ${messageOf(thrown)}`);
    }
  }
}

/** A message is cut; fields are JSON, of which a part is none, so they go as a whole. */
function shortened(line: LogLine): LogLine {
  const { message, fields } = line;
  const long = (text: string) => text.length > longestMessage;
  if (!long(message) && (fields === null || !long(fields))) return line;
  return {
    ...line,
    message: long(message) ? `${message.slice(0, longestMessage)} ${cutMark(message)}` : message,
    fields: fields !== null && long(fields) ? JSON.stringify({ cut: cutMark(fields) }) : fields,
  };
}

const cutMark = (text: string) => `[cut: ${text.length} characters]`;

/** PostgreSQL's text takes every character but NUL. */
function storable(text: string | null): string | null {
  return text?.replaceAll('\u0000', '\uFFFD') ?? null;
}
