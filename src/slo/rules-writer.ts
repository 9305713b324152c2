import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONFIG, type Config } from '../config/index.js';
import { Database } from '../database/index.js';
import { CcError, messageOf } from '../errors/index.js';
import { JOBS_ROLE, type JobsRole } from '../jobs/index.js';
import { Leadership } from './leadership.js';
import { keepFile } from './rules-file.js';
import { WorkflowSlos } from './workflow-slos.js';

/** How soon a replica takes over, and a file that somebody changed is put right. */
const lookMs = 5_000;

/** One replica keeps the rules that Prometheus reads as the workflows say. */
@Injectable()
export class RulesWriter implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log = new Logger('Slo');
  readonly #leadership: Leadership;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #ended = false;
  #warned = false;

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'prometheus'>,
    @Inject(JOBS_ROLE) private readonly role: JobsRole,
    private readonly slos: WorkflowSlos,
    database: Database,
  ) {
    this.#leadership = new Leadership(database.url);
  }

  onApplicationBootstrap(): void {
    const folder = this.config.prometheus.rulesDir;
    if (this.role === 'api' || folder === undefined) return;
    // Without hurry: a database or a folder that hangs holds up no start.
    let waiting = false;
    const look = () => {
      if (waiting) return;
      waiting = true;
      this.#looking = this.#looking.then(() => {
        waiting = false;
        return this.#look(folder);
      });
    };
    look();
    this.#timer = setInterval(look, lookMs);
    this.slos.onChange(look);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#ended = true;
    clearInterval(this.#timer);
    await this.#looking;
    await this.#leadership.release();
  }

  async #look(folder: string): Promise<void> {
    if (this.#ended || !(await this.#leadership.held())) return;
    try {
      const measured = this.slos.measured();
      const changed = await keepFile(folder, measured.length === 0 ? undefined : this.slos.rules());
      if (changed) this.#log.log(`the rules of ${measured.length} SLOs are in ${folder}`);
      this.#warned = false;
    } catch (cause) {
      if (this.#warned) return;
      this.#warned = true;
      const { code, message } = new CcError(
        'CC_SLO_RULES_NOT_WRITTEN',
        `The rules of SLOs cannot be written to ${folder}: ${messageOf(cause)}. Alerts of SLOs stay as they are; ` +
          'prometheus.rulesDir names the folder.',
      );
      this.#log.warn(`${code} ${message}`);
    }
  }
}
