import type { ActionContext, EmittedEvent, LogFields, Logger } from '../action-context.js';

export interface Recorded {
  readonly logs: { readonly level: keyof Logger; readonly message: string; readonly fields?: LogFields }[];
  readonly emitted: EmittedEvent[];
  readonly costs: { readonly usd: number; readonly kind: string }[];
  readonly progress: { readonly fraction: number; readonly text?: string }[];
  heartbeats: number;
}

/** A context for tests that keeps what the action said in `recorded`. */
export interface FakeContext<Options = unknown> extends ActionContext<Options> {
  readonly recorded: Recorded;
}

export interface FakeContextOverrides<Options = unknown> extends Partial<
  Pick<
    ActionContext<Options>,
    'signal' | 'run' | 'step' | 'attempt' | 'idempotencyKey' | 'options' | 'traceparent' | 'evaluate'
  >
> {
  /** What `ctx.secret` may give; it throws for any other name, as the hub does. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** `evaluate` is the hub's own and not part of this package: an action that uses it needs one in `overrides`. */
export function fakeContext<Options = unknown>(overrides: FakeContextOverrides<Options> = {}): FakeContext<Options> {
  const recorded: Recorded = { logs: [], emitted: [], costs: [], progress: [], heartbeats: 0 };
  const { secrets = {}, ...given } = overrides;
  return {
    signal: new AbortController().signal,
    run: { id: '01890000-0000-7000-8000-000000000000', workflow: 'test', version: 'test' },
    step: 'step',
    attempt: 1,
    idempotencyKey: '01890000-0000-7000-8000-000000000000/step',
    options: {} as Options,
    traceparent: undefined,
    logger: recordingLogger(recorded),
    evaluate: (expression) => {
      throw new Error(`fakeContext cannot evaluate "${expression}"; give it an evaluate function`);
    },
    secret: (name) => {
      const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
      if (value === undefined)
        throw new Error(`Secret ${name} is not granted; give fakeContext { secrets: { ${name} } }`);
      return value;
    },
    progress: (fraction, text) => void recorded.progress.push({ fraction, ...(text === undefined ? {} : { text }) }),
    cost: (usd, kind) => void recorded.costs.push({ usd, kind }),
    emit: (event) => void recorded.emitted.push(event),
    heartbeat: () => void recorded.heartbeats++,
    ...given,
    recorded,
  };
}

export function recordingLogger({ logs }: Pick<Recorded, 'logs'>): Logger {
  const at = (level: keyof Logger) => (message: string, fields?: LogFields) =>
    void logs.push({ level, message, ...(fields === undefined ? {} : { fields }) });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
