import { definePlugin } from '@commandcenter/sdk';
import { TransformAgent } from './transform-agent.js';

export default definePlugin({
  name: 'transform',
  version: '1.0.0',
  hub: '^1.0.0',
  agents: [TransformAgent],
});
