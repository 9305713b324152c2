import type { Entities } from '../database/index.js';
import { PluginRecordEntity } from './ports/plugin-record.entity.js';
import { PluginQueueItemEntity } from './queue/queue-item.entity.js';
import { PluginQueueLaneEntity } from './queue/queue-lane.entity.js';

export const pluginEntities: Entities = [PluginRecordEntity, PluginQueueLaneEntity, PluginQueueItemEntity];
