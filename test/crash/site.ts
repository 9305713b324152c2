import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PluginFolder } from '../support/plugin-folder.js';

/** `at` is the time at which the step's work began. */
export interface Effect {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  readonly pid: number;
  readonly at: number;
}

/** Every action leaves a line in a file before it does anything else: what really happened, whatever the hub says. */
const plugin = `
  const file = new URL('./effects.log', import.meta.url);
  const leave = (ctx) => appendFileSync(file, [ctx.run.id, ctx.step, ctx.attempt, process.pid, Date.now()].join(' ') + '\\n');
  class Work {
    effect(input, ctx) { leave(ctx); return input; }
    async slow({ ms }, ctx) { leave(ctx); await delay(ms); return ms; }
    emit(input, ctx) { leave(ctx); ctx.emit({ type: 'work.done', subject: ctx.run.id }); return input; }
    fail({ times }, ctx) { leave(ctx); if (ctx.attempt <= times) throw new sdk.RetryableError('not yet'); return ctx.attempt; }
    abort(input, ctx) { leave(ctx); process.abort(); }
    block({ ms }, ctx) { leave(ctx); for (const end = Date.now() + ms; Date.now() < end; ); return ms; }
  }
  sdk.Agent({ id: 'work', title: 'Work' })(Work);
  for (const name of ['effect', 'slow', 'emit', 'fail', 'abort', 'block']) action(Work, name, {});`;

/** The folder that hubs of a test share: configuration, plugin, workflows, and the effects of their steps. */
export class Site {
  readonly #folder = new PluginFolder();

  constructor(workflows: Readonly<Record<string, string>>, engine: Readonly<Record<string, unknown>> = {}) {
    const imports = `import { appendFileSync } from 'node:fs'; import { setTimeout as delay } from 'node:timers/promises';`;
    const use = this.#folder.plugin('work', '{ agents: [Work] }', `${imports}${plugin}`);
    this.#folder.write('commandcenter.yaml', {
      plugins: [{ use }],
      workflows: ['workflows'],
      engine: { rateLimitPerMinute: 1_000_000, ...engine },
    });
    for (const [id, text] of Object.entries(workflows))
      this.#folder.write(`workflows/${id}.yaml`, `id: ${id}\n${text}`);
  }

  get path(): string {
    return this.#folder.path;
  }

  effects(): Effect[] {
    const file = join(this.path, 'effects.log');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
    return lines.map((line) => {
      const [run = '', step = '', attempt, pid, at] = line.split(' ');
      return { run, step, attempt: Number(attempt), pid: Number(pid), at: Number(at) };
    });
  }

  /** A line that no step left: to see that the evidence finds it. */
  pretend({ run, step, attempt, pid, at }: Effect): void {
    appendFileSync(join(this.path, 'effects.log'), `${[run, step, attempt, pid, at].join(' ')}\n`);
  }

  /** CC_CRASH_KEEP=1 leaves the folder, with the hubs' logs, for a look. */
  remove(): void {
    if (process.env['CC_CRASH_KEEP']) process.stderr.write(`kept: ${this.path}\n`);
    else this.#folder.remove();
  }
}

/** A chain: each step needs the one before. */
export function chain(steps: readonly string[]): string {
  const lines = steps.map((uses, n) => `  s${n}: { ${uses}${n > 0 ? `, needs: [s${n - 1}]` : ''} }`);
  return `steps:\n${lines.join('\n')}\n`;
}

/** Chains side by side. */
export function lanes(count: number, length: number, uses: string): string {
  const steps = Array.from({ length: count * length }, (_, n) => {
    const [lane, place] = [Math.floor(n / length), n % length];
    return `  l${lane}s${place}: { ${uses}${place > 0 ? `, needs: [l${lane}s${place - 1}]` : ''} }`;
  });
  return `steps:\n${steps.join('\n')}\n`;
}
