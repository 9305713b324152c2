import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CONFIG, type Config } from '../config/index.js';
import { messageOf } from '../errors/index.js';
import { sharedRead } from '../telemetry/index.js';
import type { WorkflowSlo } from './workflow-rules.js';
import { WorkflowSlos } from './workflow-slos.js';

type SloState = 'ok' | 'burning' | 'exhausted' | 'unknown';

export interface SloReport {
  readonly slo: WorkflowSlo;
  readonly state: SloState;
  readonly budget: {
    /** 1 = nothing used, 0 = all used, below 0 = the objective is missed. */
    readonly remaining: number;
    readonly errorRatio: number;
    readonly at: Date;
  } | null;
  /** How many times faster than allowed the budget burned, by how far one looks back. */
  readonly burnRates: Readonly<Record<string, number>>;
  /** Why there is no budget. */
  readonly reason: string | null;
}

const timeoutMs = 2_000;
const freshMs = 5_000;
/** One question for all of it. */
const query =
  '{__name__=~"slo:error_budget_remaining:ratio|slo:error_ratio:rate(5m|1h|6h|1d|3d)|ALERTS", slo!="", workflow_id!=""}';

const answer = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});
type Sample = z.output<typeof answer>['data']['result'][number];

/** What is left of the error budgets, as Prometheus has it. A Prometheus that does not answer is a reason, never an error. */
@Injectable()
export class ErrorBudgets {
  readonly #samples: () => Promise<readonly Sample[] | string>;

  constructor(
    @Inject(CONFIG) config: Pick<Config, 'prometheus'>,
    private readonly slos: WorkflowSlos,
  ) {
    this.#samples = sharedRead(() => ask(config.prometheus.url), freshMs);
  }

  async list(): Promise<SloReport[]> {
    const slos = this.slos.list();
    if (slos.length === 0) return [];
    const samples = await this.#samples();
    return slos.map((slo) => {
      if (!this.slos.isMeasured(slo))
        return without(slo, 'its runs are counted in _other: raise telemetry.workflowLabelBudget');
      if (typeof samples === 'string') return without(slo, samples);
      return reportOf(slo, samples);
    });
  }
}

async function ask(url: string | undefined): Promise<readonly Sample[] | string> {
  if (url === undefined) return 'prometheus.url is not set';
  try {
    const address = `${url}/api/v1/query?${new URLSearchParams({ query }).toString()}`;
    const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) return `Prometheus answered ${response.status}`;
    return answer.parse(await response.json()).data.result;
  } catch (error) {
    return error instanceof z.ZodError
      ? 'what answers at prometheus.url is no Prometheus'
      : `Prometheus does not answer: ${messageOf(error)}`;
  }
}

const without = (slo: WorkflowSlo, reason: string): SloReport => ({
  slo,
  state: 'unknown',
  budget: null,
  burnRates: {},
  reason,
});

function reportOf(slo: WorkflowSlo, samples: readonly Sample[]): SloReport {
  const own = samples.filter(({ metric }) => metric['slo'] === slo.slo && metric['workflow_id'] === slo.workflow);
  const allowed = 1 - slo.objective;
  const burnRates = Object.fromEntries(
    own.flatMap(({ metric, value }) => {
      const [, window] = /^slo:error_ratio:rate(\w+)$/.exec(metric['__name__'] ?? '') ?? [];
      return window === undefined ? [] : [[window, rounded(Number(value[1]) / allowed)]];
    }),
  );
  // After a change of the window the old series stays for a few minutes.
  const left = own.find(
    ({ metric }) => metric['__name__'] === 'slo:error_budget_remaining:ratio' && metric['window'] === `${slo.days}d`,
  );
  if (left === undefined)
    return { ...without(slo, 'no runs in the window, or Prometheus has not read the rules yet'), burnRates };
  const remaining = Number(left.value[1]);
  const burning = own.some(({ metric }) => metric['__name__'] === 'ALERTS' && metric['alertstate'] === 'firing');
  return {
    slo,
    state: burning ? 'burning' : remaining <= 0 ? 'exhausted' : 'ok',
    budget: {
      remaining: rounded(remaining),
      errorRatio: rounded((1 - remaining) * allowed),
      at: new Date(left.value[0] * 1000),
    },
    burnRates,
    reason: null,
  };
}

const rounded = (value: number) => Number(value.toFixed(6));
