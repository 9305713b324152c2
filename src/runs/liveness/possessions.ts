import { Injectable } from '@nestjs/common';
import { Leases } from '../leases/leases.js';
import { Sessions } from '../sessions/sessions.js';

/** The runs this replica holds, seen from the end. */
@Injectable()
export class Possessions {
  constructor(
    private readonly sessions: Sessions,
    private readonly leases: Leases,
  ) {}

  /** Stops working on them, at once: they are somebody else's or soon will be. */
  drop(): void {
    this.sessions.dropAll();
  }

  /** Says in the database that this replica does not hold them any more. */
  async giveBack(): Promise<void> {
    this.drop();
    await this.leases.releaseEverything();
  }
}
