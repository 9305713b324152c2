export { AlertStartEntity } from './alert-start.entity.js';
export { AlertStarts } from './alert-starts.js';
export { EventBurstEntity } from './bursts/event-burst.entity.js';
export { ScheduleEntity } from './schedule.entity.js';
export { firesFrom, Schedules, type ScheduleView } from './schedules.js';
export { TriggersModule } from './triggers.module.js';
export { Webhooks } from './webhooks/webhooks.js';
