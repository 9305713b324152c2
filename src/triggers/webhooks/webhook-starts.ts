import { Injectable, Logger } from '@nestjs/common';
import { CcError, type ErrorCode } from '../../errors/index.js';
import { RunStarter, type StartRequest } from '../../runs/index.js';
import type { Trigger } from '../../workflow/index.js';
import { isFull, reasonOf, verdictOn } from '../start-failure.js';

/** What a delivery means to a workflow. */
export interface WebhookOccasion {
  readonly input: unknown;
  readonly trigger: Trigger;
  /** undefined: nothing names the delivery, so each request is one of its own. */
  readonly key: string | undefined;
}

interface WebhookRun {
  readonly workflow: string;
  readonly id: string;
  /** The delivery came before: this is the run it started then. */
  readonly duplicate: boolean;
}

export interface WebhookOutcome {
  readonly runs: readonly WebhookRun[];
  /** Workflows that can never start as the delivery is, or skip it because as many of their runs go as they let. */
  readonly refused: readonly { readonly workflow: string; readonly code: ErrorCode }[];
}

/** Starts the runs of one delivery. */
@Injectable()
export class WebhookStarts {
  readonly #log = new Logger('Webhooks');

  constructor(private readonly starter: RunStarter) {}

  /**
   * Every run of the answer is durable. Throws what its sender should send the delivery again for, when a run may still
   * come of it; and when no workflow can take it, what is wrong with it, or CC_CONCURRENCY_FULL when nothing is.
   */
  async start(
    occasions: ReadonlyMap<string, WebhookOccasion>,
    traceparent: string | undefined,
  ): Promise<WebhookOutcome> {
    const asked = [...occasions].map(([workflow, { input, trigger, key }]): StartRequest => {
      return {
        workflow,
        input,
        trigger,
        ...(key !== undefined && { dedupe: { key } }),
        ...(traceparent !== undefined && { traceparent }),
      };
    });
    const settled = await Promise.allSettled(asked.map((request) => this.starter.start(request)));
    const runs: WebhookRun[] = [];
    const refused: { workflow: string; code: ErrorCode }[] = [];
    const failures = settled.flatMap((one) => (one.status === 'rejected' ? [asError(one.reason)] : []));
    const again = failures.find((failure) => verdictOn(failure) === 'again');
    if (again !== undefined) throw again;
    const first = failures.find((failure) => !isFull(failure)) ?? failures[0];
    if (first !== undefined && failures.length === asked.length) throw first;
    for (const [n, one] of settled.entries()) {
      const { workflow } = asked[n]!;
      if (one.status === 'fulfilled') runs.push({ workflow, id: one.value.id, duplicate: one.value.duplicate });
      else {
        this.#log[isFull(one.reason) ? 'log' : 'warn'](
          `${workflow}: a delivery does not start it: ${reasonOf(one.reason)}`,
        );
        refused.push({ workflow, code: (one.reason as CcError).code });
      }
    }
    return { runs, refused };
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
