import { Injectable } from '@nestjs/common';
import { CcError } from '../../errors/index.js';
import { type RootContext, traceparentOf } from '../../telemetry/index.js';
import type { Command, Failure, Run } from '../../workflow/index.js';
import { RunControl } from '../run-control.js';
import type { ChildStart } from '../sessions/session-host.js';
import { RunStarter } from '../starting/run-starter.js';

/** Runs within runs, the first included: a workflow that starts itself comes to an end. */
const DEEPEST = 10;

/** Runs that are steps of other runs. */
@Injectable()
export class Children {
  constructor(
    private readonly starter: RunStarter,
    private readonly control: RunControl,
  ) {}

  /** The same step starts the same run, however often it is asked. Rejects when it may be tried again. */
  async start(run: Run, root: RootContext, command: Command & { type: 'StartChild' }): Promise<ChildStart> {
    const { step, workflow, input, waits } = command;
    const depth = (run.trigger.parent?.depth ?? 0) + 1;
    const { spanId } = root;
    const unsampled = root.sampled ? {} : ({ unsampled: true } as const);
    if (depth >= DEEPEST) return { ok: false, failure: tooDeep(workflow) };
    try {
      const started = await this.starter.start({
        workflow,
        input,
        trigger: { kind: 'workflow', by: run.id, parent: { run: run.id, step, waits, depth, spanId, ...unsampled } },
        dedupe: { key: `${run.id}/${step}` },
        // A run that is waited for is part of this trace; one that goes its own way is only linked.
        ...(waits ? { traceId: root.traceId } : { traceparent: traceparentOf(root) }),
      });
      return { ok: true, id: started.id };
    } catch (thrown) {
      if (!(thrown instanceof CcError) || thrown.kind === 'unavailable' || thrown.kind === 'failed') throw thrown;
      return { ok: false, failure: { type: 'terminal', code: thrown.code, message: thrown.message } };
    }
  }

  /** True when the run is gone. One that has ended has told so. `force`: nor does it do its `finally`. */
  async cancel(parent: string, child: string, reason: string, force: boolean): Promise<boolean> {
    try {
      await this.control.cancel(child, `run ${parent}`, reason, force);
      return false;
    } catch (thrown) {
      if (thrown instanceof CcError && thrown.code === 'CC_RUN_FINISHED') return false;
      if (thrown instanceof CcError && thrown.code === 'CC_RUN_NOT_FOUND') return true;
      throw thrown;
    }
  }
}

function tooDeep(workflow: string): Failure {
  const message = `workflow ${workflow} would be run ${DEEPEST + 1} of runs that start one another: at most ${DEEPEST} stand in one another`;
  return { type: 'limit', code: 'CC_CHILD_TOO_DEEP', message };
}
