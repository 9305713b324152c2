export { cloudEventOf } from './cloud-event.js';
export { EventEntity } from './event.entity.js';
export { DISPATCH_TASK, Events, EVENTS_PUBLISHED, type Accepted } from './events.js';
export { EventsModule } from './events.module.js';
export { deletePassedEvents } from './passed-events.js';
export { problemsOf as eventProblems, type Attributes, type NewEvent } from './new-event.js';
export { eventColumns, storedEvent, type EventRow, type StoredEvent } from './stored-event.js';
