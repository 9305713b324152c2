import { definePlugin } from '@commandcenter/sdk';
import { PrometheusOptions } from './options.js';
import { PrometheusAgent } from './prometheus-agent.js';
import { PrometheusClient } from './prometheus-client.js';

export default definePlugin({
  name: 'prometheus',
  version: '1.0.0',
  hub: '^1.0.0',
  options: PrometheusOptions,
  agents: [PrometheusAgent],
  providers: [PrometheusClient],
});
