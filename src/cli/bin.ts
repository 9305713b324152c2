#!/usr/bin/env node
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { become } from './become.js';
import { bundledNode, isSupported, requiredMajor } from './node-runtime.js';

// Only modules that an old Node.js can load may be imported above: everything else comes after the version check.
const here = fileURLToPath(import.meta.url);
if (isSupported(process.version)) {
  const { execute } = await import('./execute.js');
  const { processSurroundings } = await import('./surroundings.js');
  process.exitCode = await execute(processSurroundings());
} else {
  const node = bundledNode(dirname(here));
  if (node === undefined) {
    process.stderr.write(
      `CommandCenter needs Node.js ${requiredMajor} or newer, this is ${process.version}, and the one npm installs with it is missing. ` +
        `Run \`npm install --include=optional\` in the hub's folder, or install Node.js ${requiredMajor}. [CC_NODE_TOO_OLD]\n`,
    );
    process.exitCode = 1;
  } else {
    process.exitCode = await become(node, [here, ...process.argv.slice(2)]);
  }
}
