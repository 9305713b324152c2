import { Injectable, Logger } from '@nestjs/common';
import { RunStarter, type StartRequest } from '../runs/index.js';
import { AlertCounter } from './alert-counter.js';
import { AlertDecisions, type AlertAnswer, type AlertAsk } from './alert-decisions.js';
import { reasonOf, verdictOn } from './start-failure.js';

/** Starts the run of an alert, when cooldown and guard let it. */
@Injectable()
export class AlertStarter {
  readonly #log = new Logger('Alerts');

  constructor(
    private readonly decisions: AlertDecisions,
    private readonly starter: RunStarter,
    private readonly counter: AlertCounter,
  ) {}

  /** Throws what keeps the run from being started; then nothing is lost, and it can be called again. */
  async start(request: StartRequest, ask: AlertAsk): Promise<void> {
    const answer = await this.decisions.decide(ask);
    if (answer.decision === 'started') {
      if (!answer.hasRun) await this.#start(request, ask);
    } else if (answer.isNew) this.#drop(ask, answer);
  }

  async #start(request: StartRequest, ask: AlertAsk): Promise<void> {
    try {
      const run = await this.starter.start(request);
      if (!run.duplicate) this.counter.count(ask.workflow, 'started');
      await this.decisions.started(ask, run.id);
    } catch (thrown) {
      if (verdictOn(thrown) === 'over') await this.decisions.failed(ask, reasonOf(thrown));
      throw thrown;
    }
  }

  #drop({ workflow, alert, target, guard }: AlertAsk, { decision, isFirst }: AlertAnswer): void {
    if (decision !== 'cooldown' && decision !== 'guarded') return;
    this.counter.count(workflow, decision);
    if (!isFirst) return;
    const what = target === '' ? alert : `${alert} of ${target}`;
    if (decision === 'cooldown') this.#log.log(`${workflow}: ${what} starts no run while the last one cools down`);
    else
      this.#log.warn(
        `${workflow}: ${what} starts no run: ${guard?.max} starts are all its guard allows in a window; what more comes is recorded and dropped`,
      );
  }
}
