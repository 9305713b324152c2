import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { Definitions } from '../../definitions/index.js';
import { CcError } from '../../errors/index.js';
import { names, Span } from '../../telemetry/index.js';
import { canonicalJson, didYouMean, foldRun, hasEnded, keptSteps, type Plan, type Run } from '../../workflow/index.js';
import { fromRow, type StoredEvent } from '../journal/event-rows.js';
import { RunStarter } from './run-starter.js';
import type { StartedRun, StartRequest } from './start-request.js';

export interface RerunRequest {
  readonly run: string;
  /** From this step on; default: all of it. */
  readonly from?: string | undefined;
  /** Default: the version that the run was on. */
  readonly version?: string | undefined;
  /** Default: the input of the run. */
  readonly input?: unknown;
  /** Whether the caller may start versions that are not current. Without, an old run can only be done again as it was. */
  readonly oldVersions: boolean;
  readonly by: string;
  readonly dedupe?: StartRequest['dedupe'];
  readonly traceparent?: string | undefined;
}

interface Row {
  readonly workflow_id: string;
  readonly version: string;
}

/** Runs that are done again: a new run with the input of another, which may take over what other steps came to there. */
@Injectable()
export class Reruns {
  constructor(
    private readonly database: Database,
    private readonly definitions: Definitions,
    private readonly starter: RunStarter,
  ) {}

  /**
   * Throws as RunStarter.start does, and CC_RUN_NOT_FOUND, CC_RUN_NOT_FINISHED, CC_STEP_UNKNOWN, CC_RERUN_INPUT_DIFFERS.
   */
  @Span(names.span.runsRerun)
  async rerun(request: RerunRequest): Promise<StartedRun> {
    const before = await this.#read(request.run);
    if (!hasEnded(before.status)) {
      const message = `run ${before.id} is ${before.status}: cancel it first, or wait for its end`;
      throw new CcError('CC_RUN_NOT_FINISHED', message);
    }
    const workflow = before.plan.id;
    const version = request.version ?? before.plan.version;
    const plan = await this.definitions.version(workflow, version);
    const { from, by, dedupe, traceparent } = request;
    if (from !== undefined && !plan.steps.has(from)) throw unknownStep(plan, from);
    const same = request.input === undefined || this.#isInputOf(before, plan, request.input);
    if (from !== undefined && !same) throw otherInput(before, from);
    return this.starter.start({
      workflow,
      version,
      onlyCurrent: !request.oldVersions && !(same && version === before.plan.version),
      input: request.input === undefined ? before.input : request.input,
      trigger: { kind: 'rerun', by, of: before.id, ...eventOf(before) },
      ...(from !== undefined && { kept: keptSteps(before, plan, from) }),
      ...(dedupe && { dedupe }),
      ...(traceparent !== undefined && { traceparent }),
    });
  }

  /** As it was sent, or as it is with the defaults of the schema. */
  #isInputOf({ input }: Run, plan: Plan, given: unknown): boolean {
    const text = canonicalJson(input);
    return canonicalJson(given) === text || canonicalJson(this.definitions.validateInput(plan, given)) === text;
  }

  async #read(id: string): Promise<Run> {
    const { rows } = await this.database.pool.query<Row>('SELECT workflow_id, version FROM run WHERE id = $1', [id]);
    const [row] = rows;
    if (row === undefined)
      throw new CcError('CC_RUN_NOT_FOUND', `there is no run ${id}; list runs with GET /api/v1/runs`);
    const plan = await this.definitions.version(row.workflow_id, row.version);
    const log = await this.database.pool.query<StoredEvent>(
      'SELECT seq, type, data, at FROM run_event WHERE run_id = $1 ORDER BY seq',
      [id],
    );
    return foldRun(plan, id, log.rows.flatMap(fromRow).map(({ event }) => event)); // prettier-ignore
  }
}

/** Expressions may read the event that started the run: it is the same for the new one. */
function eventOf({ trigger }: Run): { readonly event?: unknown } {
  return trigger.event === undefined ? {} : { event: trigger.event };
}

function otherInput({ id }: Run, from: string): CcError {
  const message = `a rerun from "${from}" keeps what other steps made of the input of run ${id}, so it takes no other input: leave "input" out, or leave "from" out`;
  return new CcError('CC_RERUN_INPUT_DIFFERS', message, { problems: [{ path: 'input', message }] });
}

function unknownStep(plan: Plan, from: string): CcError {
  const ids = [...plan.steps.keys()];
  const message = `version ${plan.version} of ${plan.id} has no step "${from.slice(0, 80)}" to start from.${didYouMean(from, ids)}`;
  return new CcError('CC_STEP_UNKNOWN', message, { problems: [{ path: 'from', message }] });
}
