import {
  Action,
  type ActionContext,
  Agent,
  CancelledError,
  PluginOptions,
  PluginSecrets,
  RetryableError,
  TerminalError,
} from '@commandcenter/sdk';
import { type Ended, execute } from './execute.js';
import type { Program, ShellOptions } from './options.js';
import { Programs } from './programs.js';
import { RunInput, RunOutput, timeoutMs } from './run-schema.js';
import type { Tail } from './tail.js';
import { workingFolder } from './working-folder.js';

/** What a failed program said goes to the log of the step, this much of it. */
const loggedCharacters = 4_000;
/** Codes of spawn that may be over next time: too many processes, files, too little memory. */
const busy = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'ETXTBSY']);

/** Messages name the program, never its arguments, environment or output: all may hold a credential. */
@Agent({ id: 'shell', title: 'Programs', description: 'Runs programs that commandcenter.yaml allows; no shell.' })
export class ShellAgent {
  readonly #options: ShellOptions;

  constructor(
    options: PluginOptions<ShellOptions>,
    private readonly programs: Programs,
    private readonly secrets: PluginSecrets,
  ) {
    this.#options = options.value;
  }

  @Action({ id: 'run', title: 'Run a program', input: RunInput, output: RunOutput })
  async run(input: RunInput, ctx: ActionContext): Promise<RunOutput> {
    const startedAt = performance.now();
    const [name, ...args] = input.command;
    const program = this.programs.find(input.command);
    const env = this.#environment(program, input.env);
    const cwd = await workingFolder(input.cwd, this.#options.folders);
    const late = input.timeout === undefined ? undefined : AbortSignal.timeout(timeoutMs(input.timeout)!);
    const signal = late === undefined ? ctx.signal : AbortSignal.any([ctx.signal, late]);
    if (ctx.signal.aborted) throw new CancelledError(`${name} was not started`);

    const command = { file: program.path, args, cwd, env, stdin: input.stdin };
    const ended = await started(name, () => execute(command, this.#options, this.secrets, signal));
    if (ctx.signal.aborted) throw new CancelledError(`${name} was stopped`);
    const { exitCode } = ended;
    if (late?.aborted === true || exitCode === null || !input.expectExit.includes(exitCode)) {
      this.#tell(ctx, name, ended);
      if (late?.aborted === true) throw new RetryableError(`${name} did not end within ${input.timeout}`);
      throw new RetryableError(`${name} ${howItEnded(ended)}; what it said is in the log of the step`);
    }
    const stdout = ended.stdout.text();
    return {
      exitCode,
      stdout: withoutLineEnd(stdout),
      stderr: withoutLineEnd(ended.stderr.text()),
      stdoutTruncated: ended.stdout.truncated,
      stderrTruncated: ended.stderr.truncated,
      ...(input.parse === 'json' && { json: parsed(name, stdout, ended) }),
      durationMs: Math.round(performance.now() - startedAt),
    };
  }

  /** Redacted before it is cut: of a part of a secret the hub would not know that it is one. */
  #tell(ctx: ActionContext, name: string, { exitCode, signal, stdout, stderr }: Ended): void {
    const end = (tail: Tail) => this.secrets.redact(tail.text()).slice(-loggedCharacters);
    ctx.logger.warn(`${name} failed`, { exitCode, signal, stdout: end(stdout), stderr: end(stderr) });
  }

  /** Nothing of the hub's own environment, where its secrets are. */
  #environment({ name, env, secretEnv, stepEnv }: Omit<Program, 'path'>, given: Readonly<Record<string, string>>) {
    const refused = Object.keys(given).filter((variable) => !stepEnv.includes(variable));
    if (refused.length > 0) {
      throw new TerminalError(`A step must not set ${refused.join(', ')} for ${name}; see stepEnv in the options of the shell plugin`); // prettier-ignore
    }
    const secret = Object.entries(secretEnv).map(([variable, secret]) => [variable, this.secrets.get(secret)]);
    const path = { PATH: this.#options.path.join(':') };
    return { ...path, ...given, ...env, ...(Object.fromEntries(secret) as Record<string, string>) };
  }
}

async function started<T>(name: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    const message = `${name} cannot be started: ${typeof code === 'string' ? code : 'it is refused'}`;
    throw busy.has(String(code)) ? new RetryableError(message) : new TerminalError(message);
  }
}

function howItEnded({ exitCode, signal }: Ended): string {
  return exitCode === null ? `was ended by ${signal}` : `exited with ${exitCode}, which is not in expectExit`;
}

function parsed(name: string, text: string, { stdout }: Ended): unknown {
  if (stdout.truncated) {
    throw new TerminalError(`${name} wrote more JSON than maxOutputBytes of the shell plugin`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new TerminalError(`What ${name} wrote to stdout is not JSON`);
  }
}

const withoutLineEnd = (text: string) => text.replace(/[\r\n]+$/, '');
