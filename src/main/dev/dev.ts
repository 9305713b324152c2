import { type Config, loadConfig, secretFromEnvironment } from '../../config/index.js';
import { embeddedState, openDatabase } from '../../database/index.js';
import { explain } from '../explain.js';
import { stopSignal } from '../stop-signal.js';
import { Changes } from './changes.js';
import { devStopMs } from './dev-config.js';
import { HubChild } from './hub-child.js';
import { type DevInbox, startInbox } from './inbox.js';
import { watchedBy } from './watched-files.js';

/** Faults of the first start that an edit can mend. With any other `dev` ends, as `start` does. */
const mendable = /^CC_(PLUGIN|AGENT|SECRET|SDK)_/;

/** `dev`: a Slack inbox, and a hub as a process of its own that is started anew when a plugin was built. */
export async function dev(config: Config, exit: (code: number) => void): Promise<number> {
  const inbox = await startInbox();
  say(`Slack inbox: ${inbox.url}`);
  let child: HubChild | undefined;
  const stop = stopSignal((code) => {
    child?.kill();
    exit(code);
  });
  const ending = new AbortController();
  void stop.requested.then(() => ending.abort());
  const site = new Site(config, inbox, ending.signal, (next) => (child = next));
  try {
    return await site.run();
  } finally {
    inbox.stop();
    await stopEmbedded(config);
  }
}

class Site {
  #config: Config;
  #changes: Changes;
  #url: string | undefined;

  constructor(
    config: Config,
    private readonly inbox: DevInbox,
    private readonly ending: AbortSignal,
    private readonly onChild: (child: HubChild) => void,
  ) {
    this.#config = config;
    this.#changes = new Changes(watchedBy(config));
  }

  /** Until it is asked to end; answers the exit code. */
  async run(): Promise<number> {
    for (let since = 0; ;) {
      const child = await HubChild.spawn(this.#environment(), devStopMs);
      this.onChild(child);
      const url = await this.#unlessEnding(child.ready);
      if (this.ending.aborted) return child.stop('end');
      if (url === undefined) {
        const code = await child.ended;
        if (since === 0 && !mendable.test(child.failure ?? '')) return code;
        say(`The hub did not start. Waiting for a change of ${this.#changes.names}`);
      } else if (since > 0) say(`The hub is back after ${seconds(since)}`);
      this.#url = url ?? this.#url;

      const over = url === undefined ? undefined : child.ended;
      const next = await this.#wait(over);
      if (next === undefined) return url === undefined ? 0 : child.stop('end');
      if (typeof next === 'number') return next;
      since = performance.now();
      if (url !== undefined) await child.stop('restart');
    }
  }

  /** For a change that leaves a configuration to start with; an exit code when the hub ended well by itself. */
  async #wait(over: Promise<number> | undefined): Promise<string | number | undefined> {
    let living = over;
    for (;;) {
      const looking = new AbortController();
      const signal = AbortSignal.any([looking.signal, this.ending]);
      const change = this.#changes.next(signal);
      const first = await Promise.race([change, ...(living === undefined ? [] : [living])]);
      looking.abort();
      if (first === 0 || first === undefined) return first;
      if (typeof first === 'number') {
        if (this.ending.aborted) return first;
        say(`The hub ended with ${first}. Waiting for a change of ${this.#changes.names}`);
        living = undefined;
      } else {
        say(`Changed: ${first}`);
        if (this.#reload()) return first;
      }
    }
  }

  #reload(): boolean {
    try {
      this.#config = loadConfig();
      this.#changes = new Changes(watchedBy(this.#config));
      return true;
    } catch (error) {
      process.stderr.write(explain(error));
      say(`The hub goes on as it was. Waiting for a change of ${this.#changes.names}`);
      return false;
    }
  }

  /** The next hub answers where the last one did, and Slack is the inbox unless the environment says where Slack is. */
  #environment(): Record<string, string> {
    const slack = secretFromEnvironment()('SLACK_WEBHOOK_URL');
    return {
      ...(slack === undefined && { SLACK_WEBHOOK_URL: `${this.inbox.url}/services/T000/B000/dev` }),
      ...(this.#url !== undefined && { PORT: new URL(this.#url).port }),
    };
  }

  async #unlessEnding<T>(work: Promise<T>): Promise<T | undefined> {
    const asked = new Promise<undefined>((resolve) => {
      if (this.ending.aborted) resolve(undefined);
      else this.ending.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    return Promise.race([work, asked]);
  }
}

/** A hub that made place for the next one left the embedded server running; with `dev` it ends. */
async function stopEmbedded(config: Config): Promise<void> {
  if (config.databaseUrl !== undefined || embeddedState(config.root, config.stateDir).pid === undefined) return;
  // Refused when another hub uses it: then it is not ours to stop.
  await openDatabase(config).then(
    (database) => database.close(),
    () => undefined,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
