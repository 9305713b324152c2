import { Injectable } from '@nestjs/common';

/** An approval that a run asks for. */
export interface ApprovalRequest {
  readonly run: string;
  readonly workflow: string;
  /** Path of the step. */
  readonly step: string;
  readonly message: string;
  readonly approvers: readonly string[];
  /** ms since 1970. */
  readonly requestedAt: number;
  readonly dueAt: number | undefined;
  readonly traceparent: string;
}

/** What runs ask of the rooms above them; a room provides it by `CommandPorts.use`. Everything may be asked twice. */
export abstract class CommandPort {
  abstract requestApproval(request: ApprovalRequest): Promise<void>;
  /**
   * True when nobody had decided; from then on nobody can, even where the request itself has not come yet. A decision that
   * came before is in the run's inbox.
   */
  abstract closeApproval(request: ApprovalRequest, as: 'expired' | 'cancelled'): Promise<boolean>;
}

@Injectable()
export class CommandPorts {
  #port: CommandPort | undefined;

  /** In `onModuleInit`. */
  use(port: CommandPort): void {
    this.#port = port;
  }

  get port(): CommandPort {
    if (this.#port === undefined) throw new TypeError('no room decides about approvals');
    return this.#port;
  }
}
