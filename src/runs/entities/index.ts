import { ReplicaEntity, RunInboxEntity, TriggerDedupeEntity } from './driving.entities.js';
import { RunEventEntity, RunLogEntity } from './log.entities.js';
import { RunEntity } from './run.entity.js';

export const runEntities = [
  RunEntity,
  RunEventEntity,
  RunLogEntity,
  RunInboxEntity,
  TriggerDedupeEntity,
  ReplicaEntity,
];
