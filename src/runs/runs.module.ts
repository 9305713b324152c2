import { type DynamicModule, Module } from '@nestjs/common';
import { Driver } from './driver.js';
import { Journal } from './journal/journal.js';
import { Leases } from './leases/leases.js';
import { Liveness } from './liveness/liveness.js';
import { Possessions } from './liveness/possessions.js';
import { RunFeed } from './run-feed/run-feed.js';
import { RunLogs } from './logs/run-logs.js';
import { Children } from './outside/children.js';
import { CommandPorts } from './outside/command-port.js';
import { EventWaits } from './outside/event-waits.js';
import { Outside } from './outside/outside.js';
import { Replica } from './replica.js';
import { RunControl } from './run-control.js';
import { RunGauges } from './run-gauges.js';
import { DefaultRows } from './retention/default-rows.js';
import { Retention } from './retention/retention.js';
import { RunCounter, RunReader } from './run-reader/index.js';
import { Attempts } from './sessions/attempts.js';
import { Sessions } from './sessions/sessions.js';
import { Signals } from './signals.js';
import { Reruns } from './starting/reruns.js';
import { RunStarter } from './starting/run-starter.js';
import { SlotStarts } from './starting/slot-starts.js';
import { Starts } from './starting/starts.js';
import { Slots } from './slots/slots.js';
import { Sweeper } from './sweeper.js';
import { Waker } from './waker.js';

const engine = [
  Replica,
  Journal,
  Leases,
  Starts,
  SlotStarts,
  Slots,
  RunLogs,
  Attempts,
  Sessions,
  Driver,
  Sweeper,
  Waker,
  Possessions,
  Liveness,
  RunGauges,
  Retention,
  DefaultRows,
  Children,
  Outside,
];
const doors = [RunStarter, Reruns, RunControl, RunReader, RunCounter, RunFeed, EventWaits, CommandPorts, Signals];

@Module({})
export class RunsModule {
  static with(...imports: DynamicModule[]): DynamicModule {
    return { module: RunsModule, imports, providers: [...engine, ...doors], exports: doors };
  }
}
