import { definePlugin } from '@commandcenter/sdk';
import { FilesAgent } from './files-agent.js';
import { FilesOptions } from './options.js';
import { Roots } from './roots.js';

export default definePlugin({
  name: 'files',
  version: '1.0.0',
  hub: '^1.0.0',
  options: FilesOptions,
  agents: [FilesAgent],
  providers: [Roots],
});
