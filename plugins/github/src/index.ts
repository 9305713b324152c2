import { definePlugin } from '@commandcenter/sdk';
import { GithubAgent } from './github-agent.js';
import { GithubClient } from './github-client.js';
import { GithubOptions } from './options.js';

export default definePlugin({
  name: 'github',
  version: '1.0.0',
  hub: '^1.0.0',
  options: GithubOptions,
  agents: [GithubAgent],
  providers: [GithubClient],
});
