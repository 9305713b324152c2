import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/index.js';
import { Definitions } from '../definitions/index.js';
import { Gauges, names, type Reading, WorkflowLabels } from '../telemetry/index.js';
import { ScheduleEntity } from './schedule.entity.js';

/** When each scheduled workflow is due next: alerts on missed runs derive from it. */
@Injectable()
export class ScheduleGauge implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly definitions: Definitions,
    private readonly labels: WorkflowLabels,
    private readonly gauges: Gauges,
  ) {}

  onModuleInit(): void {
    this.gauges.watch(names.instruments.workflowScheduleNextDue, () => this.#nextDue());
  }

  /** Of workflows that are enabled; of several lines the earliest, and of several workflows that share a label too. */
  async #nextDue(): Promise<Reading[]> {
    const rows = await this.database.dataSource
      .getRepository(ScheduleEntity)
      .find({ select: { workflowId: true, nextAt: true } });
    const earliest = new Map<string, number>();
    for (const { workflowId, nextAt } of rows) {
      if (nextAt === null || !this.definitions.enabled(workflowId)) continue;
      const label = this.labels.labelOf(workflowId);
      const due = nextAt.getTime() / 1000;
      earliest.set(label, Math.min(due, earliest.get(label) ?? due));
    }
    return [...earliest].map(([workflow_id, value]) => ({ value, labels: { workflow_id } }));
  }
}
