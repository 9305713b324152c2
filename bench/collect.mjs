// Preloaded into a hub that is measured: collects its garbage when told to, and notes what is left (bytes) in a file of its pid.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.on('SIGUSR2', () => {
  globalThis.gc();
  writeFileSync(join(tmpdir(), `cc-bench-memory-${process.pid}.json`), JSON.stringify(process.memoryUsage()));
});
