import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/index.js';
import { messageOf } from '../../errors/index.js';
import { redactJson, Secrets } from '../../identity/index.js';
import { AgentRegistry, failureOf, type LogLevel } from '../../plugin-host/index.js';
import { type AttemptTelemetry, names } from '../../telemetry/index.js';
import { inputOf, planStep } from '../../workflow/index.js';
import { type LogLine, RunLogs } from '../logs/run-logs.js';
import { Attempt, type AttemptOutcome } from './attempt.js';
import type { Session } from './session.js';

interface Started {
  readonly attempt: Attempt;
  readonly outcome: Promise<AttemptOutcome>;
}

/** Starts attempts: evaluates the step's input, with secrets at the last moment, and calls the agent. */
@Injectable()
export class Attempts {
  readonly #log = new Logger('step');
  readonly #secrets: Readonly<Record<string, string>>;
  readonly #redact: (text: string) => string;

  constructor(
    private readonly registry: AgentRegistry,
    private readonly logs: RunLogs,
    secrets: Secrets,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.#secrets = lazySecrets(secrets);
    this.#redact = (text) => secrets.redact(text);
  }

  start(session: Session, step: string, number: number, telemetry: AttemptTelemetry): Started {
    const { run } = session;
    const plan = planStep(run.plan, step);
    if (plan?.kind !== 'agent') throw new TypeError(`step ${step} calls no agent`);
    const { agent, action, timeoutMs } = plan;
    let input: unknown;
    let unusable: AttemptOutcome | undefined;
    try {
      input = inputOf(run, step, this.#secrets);
    } catch (thrown) {
      unusable = { ok: false, ...failureOf(thrown, this.#redact) };
    }
    const attempt = new Attempt(
      {
        run: { id: run.id, workflow: run.plan.id, version: run.plan.version },
        step,
        attempt: number,
        agent,
        action,
        telemetry,
        timeoutMs,
      },
      input,
      {
        log: (_attempt, level, message, fields) => {
          // An agent may go on after its run: its lines are nobody's, and would be counted for ever.
          if (session.closed) return;
          const safe = fields === undefined ? null : redactJson(jsonOfFields(fields), this.#redact);
          const line = { runId: run.id, at: Date.now(), level, step, attempt: number, message: this.#redact(message), fields: safe }; // prettier-ignore
          // In the attempt's own context, whatever the agent logs from: the line bears its trace and span.
          const kept = this.logs.write(line);
          if (kept !== undefined) telemetry.within(() => this.#say(kept, run.plan.id));
        },
        cost: (_attempt, usd, kind) => session.cost(step, usd, this.#redact(kind).slice(0, longestKind)),
      },
      this.config.engine,
    );
    return { attempt, outcome: unusable ? Promise.resolve(unusable) : attempt.start(this.registry, this.#redact) };
  }

  /** The same line on the hub's own log. */
  #say({ level, message, runId, step, attempt, fields }: LogLine, workflow: string): void {
    const { attribute } = names;
    this.#log[nestLevel[level as LogLevel]]({
      msg: message,
      [attribute.workflowRunId]: runId,
      [attribute.workflowId]: workflow,
      [attribute.workflowStep]: step,
      [attribute.agentAttempt]: attempt,
      ...(fields !== null && { fields: JSON.parse(fields) as unknown }),
    });
  }

  /** The run left this replica's memory. */
  forget(runId: string): void {
    this.logs.forget(runId);
  }
}

const nestLevel = { debug: 'debug', info: 'log', warn: 'warn', error: 'error' } as const;

/** A kind of cost becomes a label. */
const longestKind = 100;

/** A line of the log must not fail the step that writes it, whatever its fields hold. */
function jsonOfFields(fields: unknown): string {
  try {
    return JSON.stringify(fields) ?? 'null';
  } catch (thrown) {
    return JSON.stringify({ unreadable: messageOf(thrown) });
  }
}

/** `secrets.NAME` as expressions see it: a value is read when an expression asks for it, never before. */
function lazySecrets(secrets: Secrets): Readonly<Record<string, string>> {
  const view = {};
  for (const name of secrets.listed()) {
    Object.defineProperty(view, name, { enumerable: true, get: () => secrets.resolve(name) });
  }
  return view;
}
