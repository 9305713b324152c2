import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type RootContext, traceparentOf } from '../../telemetry/index.js';
import { type Command, type Run, stateAt } from '../../workflow/index.js';
import type { ChildStart, SessionOutside } from '../sessions/session-host.js';
import { Sessions } from '../sessions/sessions.js';
import { Children } from './children.js';
import { type ApprovalRequest, CommandPorts } from './command-port.js';
import { EventWaits } from './event-waits.js';

/** Where the errands of runs go. Sessions are below what they reach for here, so they are told, not built, with it. */
@Injectable()
export class Outside implements SessionOutside, OnModuleInit {
  constructor(
    private readonly waits: EventWaits,
    private readonly children: Children,
    private readonly ports: CommandPorts,
    private readonly sessions: Sessions,
  ) {}

  onModuleInit(): void {
    this.sessions.reach(this);
  }

  awaitEvent(run: Run, step: string): Promise<void> {
    return this.waits.register(run, step);
  }

  forgetEvent(run: Run, step: string): Promise<void> {
    return this.waits.forget(run.id, step);
  }

  async requestApproval(run: Run, step: string, root: RootContext): Promise<void> {
    const request = requestOf(run, step, root);
    if (request) await this.ports.port.requestApproval(request);
  }

  async closeApproval(run: Run, step: string, root: RootContext, as: 'expired' | 'cancelled'): Promise<boolean> {
    const request = requestOf(run, step, root);
    return request !== undefined && this.ports.port.closeApproval(request, as);
  }

  startChild(run: Run, root: RootContext, command: Command & { type: 'StartChild' }): Promise<ChildStart> {
    return this.children.start(run, root, command);
  }

  /** By force where the run itself was ended so. */
  cancelChild(run: Run, child: string, reason: string): Promise<boolean> {
    return this.children.cancel(run.id, child, reason, run.ending?.final === true);
  }
}

/** Undefined when it was decided meanwhile. */
function requestOf(run: Run, step: string, root: RootContext): ApprovalRequest | undefined {
  const state = stateAt(run, step);
  if (state?.wait?.kind !== 'approval') return undefined;
  const { message, approvers, dueAt } = state.wait;
  return {
    run: run.id,
    workflow: run.plan.id,
    step,
    message,
    approvers,
    requestedAt: state.startedAt!,
    dueAt,
    traceparent: traceparentOf(root),
  };
}
