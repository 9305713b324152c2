export { cloudEventOf, parseCloudEvent } from './cloud-event.js';
export { EventEntity } from './event.entity.js';
export { DISPATCH_TASK, Events, EVENTS_PUBLISHED, type Accepted } from './events.js';
export { EventsModule } from './events.module.js';
export type { Attributes, NewEvent } from './new-event.js';
export { requireStructured } from './structured-mode.js';
