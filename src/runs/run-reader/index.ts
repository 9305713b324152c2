export { RunCounter, type ReplicaView, type RunCounts } from './run-counts.js';
export { RunReader, type SeqPage } from './run-reader.js';
export type { RunFilter } from './run-filter.js';
export type {
  LogLineView,
  Page,
  RunEventView,
  RunLine,
  RunPosition,
  RunStory,
  RunSummary,
  RunView,
  StepView,
} from './views.js';
