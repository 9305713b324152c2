import { definePlugin } from '@commandcenter/sdk';
import { Connections } from './connections.js';
import { PostgresOptions } from './options.js';
import { PostgresAgent } from './postgres-agent.js';

export default definePlugin({
  name: 'postgres',
  version: '1.0.0',
  hub: '^1.0.0',
  options: PostgresOptions,
  agents: [PostgresAgent],
  providers: [Connections],
});
