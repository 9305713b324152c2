export { AlertStartEntity } from './alert-start.entity.js';
export { AlertStarts } from './alert-starts.js';
export { dueFires, nextFire, type CronLine } from './due-fires.js';
export { ScheduleEntity } from './schedule.entity.js';
export { Schedules, type ScheduleView } from './schedules.js';
export { TriggersModule } from './triggers.module.js';
