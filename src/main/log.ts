import { createRequire } from 'node:module';
import type { LoggerService, LogLevel as NestLevel } from '@nestjs/common';
import type { Logger } from 'pino';
import type { LogLevel } from '../config/index.js';

// Not by `import`, which nothing that instruments pino would see: lines would bear no trace, and none would be exported.
const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino');

export type Log = Logger;

/** JSON lines for machines; on a terminal one readable line each. What is written passes through `redact`, wherever it goes. */
export function createLog(level: LogLevel, terminal: boolean, redact: (text: string) => string): Log {
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redact },
    },
    terminal
      ? { write: (line: string) => process.stdout.write(readable(line)) }
      : pino.destination({ fd: 1, sync: true }),
  );
  return log;
}

/** What Nest and its modules log, on the same lines. */
export function nestLogger(log: Log): LoggerService {
  return new NestLog(log);
}

type Line = Record<string, unknown> & { err?: { stack?: string } };

function readable(line: string): string {
  const {
    time,
    level,
    msg,
    context,
    err,
    trace_id: _trace,
    span_id: _span,
    trace_flags: _flags,
    ...rest
  } = JSON.parse(line) as Line;
  const clock = String(time).slice(11, 19);
  const mark = level === 'info' ? '' : `${String(level).toUpperCase()} `;
  const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  return `${clock} ${mark}${context ? `[${String(context)}] ` : ''}${String(msg ?? '')}${more}${err?.stack ? `\n${err.stack}` : ''}\n`;
}

/** Nest narrates its own start in these; that is for debugging. */
const narrators = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'ModuleTokenFactory',
]);

/** Nest's logger on pino. Its last argument is the context; an error's stack stands before it. */
class NestLog implements LoggerService {
  constructor(private readonly pino: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    this.write(typeof context === 'string' && narrators.has(context) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  setLogLevels(_levels: NestLevel[]): void {
    // LOG_LEVEL decides.
  }

  private write(level: Exclude<LogLevel, 'silent'>, message: unknown, rest: unknown[]): void {
    const context = rest.length > 0 ? rest.at(-1) : undefined;
    const details = rest.slice(0, -1).filter((detail) => detail !== undefined);
    const fields: Record<string, unknown> = typeof context === 'string' ? { context } : {};
    if (message instanceof Error) fields['err'] = message;
    else if (details.length > 0) fields['details'] = details;
    if (message !== null && typeof message === 'object' && !(message instanceof Error))
      this.pino[level]({ ...message, ...fields });
    else this.pino[level](fields, message instanceof Error ? message.message : String(message));
  }
}
