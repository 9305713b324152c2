import { agentContract, startPlugin } from '@commandcenter/sdk/testing';
import plugin from './index.js';
import { Intake } from './intake.js';
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

describe('records', () => {
  it('of groups that are over go when others come, those of late ones stay', async () => {
    const bot = { type: 'slack-bot', token: 'SLACK_BOT_TOKEN', channel: '#ops' };
    const { get, ports, stop } = await startPlugin(plugin, NotifierOptions.parse({ channels: { bot } }));
    const intake = get(Intake) as Intake;
    const minutes = (n: number) => Date.now() - n * 60_000;
    const day = 24 * 60;
    // One of each under each beginning that a hash can have.
    const heads = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));
    for (const head of heads) {
      await ports.store.set(`said/${head}old`, [{ content: 'x', at: minutes(11) }]);
      await ports.store.set(`said/${head}new`, [{ content: 'w', at: minutes(11) }, { content: 'x', at: minutes(9) }]); // prettier-ignore
      await ports.store.set(`slack/bot/${head}old`, { channel: 'C1', ts: '1.0', merged: false, at: minutes(91 * day) });
      await ports.store.set(`slack/bot/${head}older`, { channel: 'C1', ts: `${minutes(91 * day) / 1000}`, merged: false }); // prettier-ignore
      await ports.store.set(`slack/bot/${head}new`, { channel: 'C1', ts: '1.0', merged: false, at: minutes(89 * day) });
    }
    const count = async (end: string) => {
      const prefixes = heads.flatMap((head) => [`said/${head}`, `slack/bot/${head}`]);
      const lists = await Promise.all(prefixes.map((prefix) => ports.store.list(prefix)));
      return lists.flat().filter(({ key }) => key.endsWith(end)).length;
    };
    const said = (groupKey: string) =>
      intake.take({ groupKey, receiver: 'hub', status: 'firing', groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: '', truncatedAlerts: 0, version: '4', alerts: [] } as never); // prettier-ignore
    await said('one');
    expect([await count('old'), await count('older'), await count('new')]).toEqual([510, 255, 512]);
    // It is known now: there is nothing new to make room for.
    await said('one');
    expect(await count('old')).toBe(510);
    for (let n = 0; n < 4_000; n++) await said(`group ${n}`);
    expect([await count('old'), await count('older'), await count('new')]).toEqual([0, 0, 512]);
    await stop();
  });
});
