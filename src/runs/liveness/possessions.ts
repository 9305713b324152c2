import { Injectable } from '@nestjs/common';
import { Leases } from '../leases/leases.js';
import { Sessions } from '../sessions/sessions.js';

/** The runs this replica holds, seen from the end. */
@Injectable()
export class Possessions {
  #strays: ReadonlyMap<string, number> = new Map();

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

  /**
   * Runs that are ours by their rows and not in memory: the answer to a start or an acquire was lost with its connection,
   * or a release was refused. Nobody would find them while this replica lives. What is seen so twice is given back.
   */
  async giveBackStrays(): Promise<void> {
    const seen = [...(await this.leases.owned())].filter(([id]) => this.sessions.get(id) === undefined);
    const again = seen.filter(([id, epoch]) => this.#strays.get(id) === epoch);
    this.#strays = new Map(seen);
    if (again.length > 0) await this.leases.giveBack(new Map(again));
  }
}
