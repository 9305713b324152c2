import { ReplicaEntity, RunInboxEntity, TriggerDedupeEntity } from './driving.entities.js';
import { EventWaitEntity } from './event-wait.entity.js';
import { RunEventEntity, RunLogEntity } from './log.entities.js';
import { RunEntity } from './run.entity.js';
import { RunSlotEntity } from './slot.entity.js';

export const runEntities = [
  RunEntity,
  RunEventEntity,
  RunLogEntity,
  RunInboxEntity,
  RunSlotEntity,
  TriggerDedupeEntity,
  ReplicaEntity,
  EventWaitEntity,
];
