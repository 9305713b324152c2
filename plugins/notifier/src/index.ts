import { definePlugin } from '@commandcenter/sdk';

export default definePlugin({ name: 'notifier', version: '1.0.0', hub: '^1.0.0', agents: [] });
