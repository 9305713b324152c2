export { runEntities } from './entities/index.js';
export { RunControl } from './run-control.js';
export { RunFeed } from './run-feed/run-feed.js';
export type { FeedListener, Watch } from './run-feed/watch.js';
export * from './run-reader/index.js';
export { RunsModule } from './runs.module.js';
export { RunStarter } from './starting/run-starter.js';
export type { SlotRequest } from './slots/slot-request.js';
export type { StartedRun, StartRequest } from './starting/start-request.js';
