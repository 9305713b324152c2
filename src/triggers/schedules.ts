import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import { type CronLine, nextFire } from '../workflow/index.js';
import { ScheduleEntity } from './schedule.entity.js';

export interface ScheduleView {
  readonly workflow: string;
  readonly cron: string;
  readonly timezone: string;
  readonly catchUp: string;
  readonly overlap: string;
  /** null = never. */
  readonly nextAt: Date | null;
  /** The last fire that was dealt with; null before the first. */
  readonly lastAt: Date | null;
  readonly lastRunId: string | null;
}

/** What the API shows of schedules. */
@Injectable()
export class Schedules {
  constructor(private readonly database: Database) {}

  /** In the order of their next fire. */
  async list(): Promise<ScheduleView[]> {
    const rows = await this.#rows().find({
      order: { nextAt: { direction: 'ASC', nulls: 'LAST' }, workflowId: 'ASC', key: 'ASC' },
    });
    return rows.map(({ workflowId: workflow, cron, timezone, catchUp, overlap, nextAt, lastAt, lastRunId }) => {
      return { workflow, cron, timezone, catchUp, overlap, nextAt, lastAt, lastRunId };
    });
  }

  /** The next `count` fires of a workflow, over all its lines. */
  async nextFires(workflow: string, count: number): Promise<Date[]> {
    const rows = await this.#rows().findBy({ workflowId: workflow });
    const fires = rows.flatMap((row) => firesFrom(row, count));
    return fires.sort((a, b) => a.getTime() - b.getTime()).slice(0, count);
  }

  #rows() {
    return this.database.dataSource.getRepository(ScheduleEntity);
  }
}

/** Pure: the next `count` fires of a line, `nextAt` first. */
export function firesFrom(line: CronLine & { readonly nextAt: Date | null }, count: number): Date[] {
  const found: Date[] = [];
  for (let at = line.nextAt ?? undefined; at !== undefined && found.length < count; at = nextFire(line, at))
    found.push(at);
  return found;
}
