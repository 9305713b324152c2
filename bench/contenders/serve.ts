import { drive, type Load } from '../load.ts';

/** A contender in its own process: measures the loads its parent sends, one at a time. */
export function serve(runner: (load: Load) => () => Promise<void>, stop: () => Promise<void>): void {
  process.on('message', (load: Load | 'stop') => {
    void (load === 'stop'
      ? stop().then(() => process.exit(0))
      : drive(load, runner(load)).then((measured) => process.send!(measured)));
  });
  process.send!('ready');
}
