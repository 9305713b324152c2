import { definePlugin } from '@commandcenter/sdk';
import { AlertmanagerController } from './alertmanager-controller.js';
import { Channels } from './channels/channels.js';
import { Courier } from './courier.js';
import { Intake } from './intake.js';
import { metrics } from './metrics.js';
import { NotifierAgent } from './notifier-agent.js';
import { NotifierOptions } from './options.js';
import { AlertmanagerToken } from './token.js';

export default definePlugin({
  name: 'notifier',
  version: '1.0.0',
  hub: '^1.0.0',
  options: NotifierOptions,
  agents: [NotifierAgent],
  providers: [Channels, Courier, Intake, AlertmanagerToken],
  controllers: [AlertmanagerController],
  metrics,
});
