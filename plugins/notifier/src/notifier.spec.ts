import { agentContract, startPlugin } from '@commandcenter/sdk/testing';
import plugin from './index.js';
import { NotifierAgent } from './notifier-agent.js';
import { NotifierOptions } from './options.js';
import { fakeContext } from '@commandcenter/sdk/testing';
import { channelsFor } from './routing.js';
import { filled } from './template.js';
import { AlertmanagerToken } from './token.js';

const options = NotifierOptions.parse({
  channels: {
    team: { type: 'slack-webhook', url: 'SLACK_WEBHOOK_URL' },
    page: { type: 'webhook', url: 'https://pager.example/hook' },
  },
  routes: [{ match: { severity: 'critical' }, channels: ['page'], continue: true }, { channels: ['team'] }],
  templates: { done: { title: '{{ name }}', text: '{{name}} took {{ took.ms }} ms, {{ constructor }}' } },
});

agentContract(plugin, {
  options,
  examples: {
    'notifier.send': {
      right: [
        { input: { text: 'hello' }, output: { queued: true, channels: ['team'] } },
        { input: { text: 'hello', severity: 'critical' }, output: { queued: true, channels: ['page', 'team'] } },
        { input: { template: 'done', data: {} }, output: { queued: true, channels: ['team'] } },
        { name: 'no such channel', input: { text: 'hello', channel: 'nowhere' }, fails: 'terminal' },
        { name: 'no such template', input: { template: 'constructor' }, fails: 'terminal' },
      ],
      wrong: [{}, { text: '' }, { text: 'a', template: 'done' }, { text: 'a', severity: 'x' }, { text: 'a', to: 'b' }],
    },
  },
});

describe('notifier.send', () => {
  it('is one message however often its step is tried', async () => {
    const { get, ports, stop } = await startPlugin(plugin, options);
    const agent = get(NotifierAgent) as NotifierAgent;
    const input = { template: 'done', data: { name: 'backup', took: { ms: 7 } }, severity: 'info' as const };
    await agent.send(input, fakeContext());
    await agent.send(input, fakeContext({ attempt: 2 }));
    expect(await ports.queue.lanes()).toMatchObject([{ lane: 'team', waiting: 1 }]);
    await stop();
  });
});

describe('options', () => {
  it('tell every problem by path', () => {
    const wrong = NotifierOptions.safeParse({
      channels: { a: { type: 'slack-webhook', url: 'https://hooks.slack.com/x' }, 'B B': { type: 'fax' } },
      routes: [],
    });
    expect(wrong.error?.issues.map(({ path }) => path.join('.'))).toEqual(
      expect.arrayContaining(['channels.a.url', 'channels.B B']),
    );
    const unknown = NotifierOptions.safeParse({
      routes: [{ channels: ['a'] }, { match: { b: 'c' }, channels: ['d'] }],
    });
    expect(unknown.error?.issues.map(({ path }) => path.join('.'))).toEqual(['routes.0.channels.0', 'routes.0', 'routes.1.channels.0']); // prettier-ignore
  });

  it('route to the first that matches, and on where it says so', () => {
    expect(channelsFor({ severity: 'critical' }, options.routes)).toEqual(['page', 'team']);
    expect(channelsFor({ severity: 'warning' }, options.routes)).toEqual(['team']);
    expect(channelsFor({}, [{ match: { toString: '' }, channels: ['x'], continue: false }])).toEqual([]);
  });
});

it('fills templates with own fields only', () => {
  expect(filled(options.templates['done']!.text, { name: 'x', took: { ms: 5 } })).toBe(
    'x took 5 ms, {{ constructor }}',
  );
  expect(filled('{{ a.0 }} {{ a }} {{ b.c }}', { a: [1] })).toBe('1 [1] {{ b.c }}');
});

describe('the token', () => {
  const verifier = async (secrets: Record<string, string>) => {
    const { get, stop } = await startPlugin(plugin, options, secrets);
    const token = get(AlertmanagerToken);
    await stop();
    return (authorization?: string) =>
      token.verify({ method: 'POST', url: '/', headers: { authorization }, body: Buffer.of() });
  };

  it('is any of those separated by commas', async () => {
    const verify = await verifier({ ALERTMANAGER_WEBHOOK_TOKEN: 'new , a-longer-one,\n' });
    expect(['Bearer new', 'bearer a-longer-one'].map(verify)).toEqual([true, true]);
    expect(
      [
        undefined,
        '',
        'new',
        'Bearer',
        'Bearer ',
        'Bearer ,',
        'Bearer new,a-longer-one',
        'Bearer a-longer',
        'Basic new',
      ].map(verify),
    ).not.toContain(true);
  });

  it('refuses everybody while there is none', async () => {
    for (const none of [{}, { ALERTMANAGER_WEBHOOK_TOKEN: '' }, { ALERTMANAGER_WEBHOOK_TOKEN: ' ,\n' }]) {
      const verify = await verifier(none);
      expect([undefined, 'Bearer ', 'Bearer undefined', 'Bearer ,'].map(verify)).toEqual([false, false, false, false]);
    }
  });
});
