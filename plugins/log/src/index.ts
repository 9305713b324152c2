import { definePlugin } from '@commandcenter/sdk';
import { LogAgent } from './log-agent.js';

export default definePlugin({
  name: 'log',
  version: '1.0.0',
  hub: '^1.0.0',
  agents: [LogAgent],
});
