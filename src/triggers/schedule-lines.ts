import { createHash } from 'node:crypto';
import type { CatchUp, Overlap } from '@commandcenter/sdk/definition';
import type { Definitions } from '../definitions/index.js';
import type { CronLine } from '../workflow/index.js';

/** One cron line of an enabled workflow. */
export interface ScheduleLine extends CronLine {
  readonly workflow: string;
  /** Stands for cron, zone and input: a line that is edited is another line, one that only moves in its file stays itself. */
  readonly key: string;
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  readonly input: unknown;
}

/** Every line that is to fire. A line written twice in one workflow is one. */
export function scheduleLines(current: ReturnType<Definitions['current']>): ScheduleLine[] {
  const lines = new Map<string, ScheduleLine>();
  for (const { plan, enabled } of current) {
    if (!enabled) continue;
    for (const line of plan.definition.on?.schedule ?? []) {
      const { cron, timezone = 'UTC', input = {}, catchUp = 'none', overlap = 'allow' } = line;
      const key = createHash('sha256')
        .update(JSON.stringify([cron, timezone, input]))
        .digest('base64url')
        .slice(0, 16);
      lines.set(`${plan.id}/${key}`, { workflow: plan.id, key, cron, timezone, catchUp, overlap, input });
    }
  }
  return [...lines.values()];
}
