import { definePlugin } from '@commandcenter/sdk';
import { ShellOptions } from './options.js';
import { Programs } from './programs.js';
import { ShellAgent } from './shell-agent.js';

export default definePlugin({
  name: 'shell',
  version: '1.0.0',
  hub: '^1.0.0',
  options: ShellOptions,
  agents: [ShellAgent],
  providers: [Programs],
});
