import { Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { AgentRegistry } from '../plugin-host/index.js';
import { Definitions } from '../definitions/index.js';
import { EngineTelemetry, Gauges, names, sharedRead } from '../telemetry/index.js';
import type { Plan } from '../workflow/index.js';
import { RunCounter } from './run-reader/index.js';

const { instruments, labelValues } = names;
/** Two scrapers, and two gauges of one scrape, share one question to the database. */
const freshMs = 1_000;

/** What is going on, for whoever scrapes; and the series that are known before anything happens. */
@Injectable()
export class RunGauges implements OnModuleInit, OnApplicationBootstrap {
  readonly #counts = sharedRead(() => this.counter.count(), freshMs);

  constructor(
    private readonly counter: RunCounter,
    private readonly definitions: Definitions,
    private readonly agents: AgentRegistry,
    private readonly telemetry: EngineTelemetry,
    private readonly gauges: Gauges,
  ) {}

  onModuleInit(): void {
    this.gauges.watch(instruments.workflowsActive, async () => {
      const { open } = await this.#counts();
      return labelValues.activeStatus.map((status) => ({ value: open[status] ?? 0, labels: { status } }));
    });
    this.gauges.watch(instruments.workflowQueueOldest, async () => [
      { value: (await this.#counts()).oldestDueSeconds },
    ]);
    this.definitions.onChange(() => this.#know());
  }

  /** After every room has loaded what it loads. */
  onApplicationBootstrap(): void {
    for (const { id, title, actions } of this.agents.list()) {
      this.telemetry.knowAgent({ id, title, actions: actions.map((action) => action.id) });
    }
    this.#know();
  }

  #know(): void {
    const plans = this.definitions.current().map(({ plan }) => plan);
    const parts = partsOf(plans);
    // Names on metrics are limited: workflows that promise something get theirs first, nothing watches over `_other`.
    const first = plans.toSorted((a, b) => promises(b) - promises(a));
    this.telemetry.knowWorkflows(first.map((plan) => ({ id: plan.id, triggers: triggersOf(plan, parts) })));
  }
}

const promises = ({ definition }: Plan) => Number(definition.slo !== undefined);

/** Every run can be done again, so that each workflow has its series; as a part of another only what a loaded one names. */
function triggersOf({ id, definition }: Plan, parts: ReadonlySet<string>): string[] {
  return ['manual', 'rerun', ...(parts.has(id) ? ['workflow'] : []), ...Object.keys(definition.on ?? {})];
}

/** The workflows that are a step of another one, or of themselves. */
function partsOf(plans: readonly Plan[]): ReadonlySet<string> {
  const steps = plans.flatMap((plan) => [...plan.steps.values(), ...plan.finally.values()]);
  return new Set(steps.flatMap((step) => (step.kind === 'workflow' ? [step.workflow] : [])));
}
