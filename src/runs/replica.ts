import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { JOBS_ROLE, type JobsRole } from '../jobs/index.js';
import { Pulse } from './liveness/pulse.js';

export interface ReplicaRow {
  readonly id: string;
  /** Of the advisory lock that its session holds: 63 bits, as text. */
  readonly lockKey: string;
  readonly host: string;
  readonly pid: number;
  readonly role: string;
}

/** Who this process is in the table `replica`. A replica that was declared dead comes back under a new id. */
@Injectable()
export class Replica {
  readonly pulse = new Pulse();
  #id: string = randomUUID();

  constructor(@Inject(JOBS_ROLE) private readonly role: JobsRole) {}

  get id(): string {
    return this.#id;
  }

  /** Whether this process does steps; one that only answers the API leaves them to the others. */
  get drives(): boolean {
    return this.role !== 'api';
  }

  reborn(): void {
    this.#id = randomUUID();
  }

  row(): ReplicaRow {
    const lockKey = (randomBytes(8).readBigUInt64BE() >> 1n).toString();
    return { id: this.#id, lockKey, host: hostname(), pid: process.pid, role: this.role };
  }
}
