import { definePlugin } from '@commandcenter/sdk';
import { HttpAgent } from './http-agent.js';
import { HttpClient } from './http-client.js';
import { HttpOptions } from './options.js';

export default definePlugin({
  name: 'http',
  version: '1.0.0',
  hub: '^1.0.0',
  options: HttpOptions,
  agents: [HttpAgent],
  providers: [HttpClient],
});
