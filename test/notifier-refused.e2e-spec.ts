import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { startPlugin, type StartedPlugin } from '@commandcenter/sdk/testing';
import { startSlackInbox, type SlackInbox } from '../dev/slack-inbox/index.js';
import plugin from '../plugins/notifier/src/index.js';
import { AlertmanagerController } from '../plugins/notifier/src/alertmanager-controller.js';
import { NotifierOptions } from '../plugins/notifier/src/options.js';
import { type Answer, notification, Receiver } from './support/notifier-site.js';
import { until } from './support/triggers/wait.js';

const secrets = { SLACK_WEBHOOK_URL: '', SLACK_BOT_TOKEN: 'xoxb-test' };
/** A group of alerts, each with its state. */
function group(name: string, states: Readonly<Record<string, 'firing' | 'resolved'>>) {
  const whole = notification(name, Object.values(states).includes('firing') ? {} : { status: 'resolved' });
  const [one] = whole.alerts;
  const alerts = Object.entries(states).map(([instance, status]) => ({
    ...one!,
    status,
    labels: { ...one!.labels, instance },
    fingerprint: `${name}-${instance}`,
  }));
  return { ...whole, alerts };
}

describe('the notifier, where the other side refuses', () => {
  let receiver: Receiver;
  let inbox: SlackInbox;
  let started: StartedPlugin;
  let tell: (body: unknown) => Promise<void>;

  beforeEach(async () => {
    receiver = await Receiver.start();
    inbox = await startSlackInbox();
  });
  afterEach(async () => {
    await started?.stop();
    await receiver.stop();
    await inbox.close();
  });

  async function start(channel: object): Promise<void> {
    const options = NotifierOptions.parse({ channels: { team: channel }, routes: [{ channels: ['team'] }] });
    started = await startPlugin(plugin, options, { ...secrets, SLACK_WEBHOOK_URL: `${receiver.url}/services/T/B/x` });
    const controller = started.get(AlertmanagerController);
    tell = async (body) => void (await controller.notify(body));
  }
  const deliver = () => started.ports.queue.deliver();
  const waiting = async () => (await started.ports.queue.lanes()).map(({ lane, waiting }) => [lane, waiting]);
  const bot = (url: string) => ({ type: 'slack-bot', token: 'SLACK_BOT_TOKEN', channel: '#ops', apiUrl: `${url}/api` });
  const no = (error: string) => ({ status: 200, body: JSON.stringify({ ok: false, error }) });
  const paths = () => [...receiver.taken].map(({ path }) => path.split('.').at(-1));

  describe('a bot', () => {
    it('keeps what an edit takes away in the thread: no state of an alert is gone', async () => {
      await start(bot(inbox.url));
      await tell(group('Disk', { a: 'firing', b: 'firing' }));
      await deliver();
      await tell(group('Disk', { a: 'resolved', b: 'firing' }));
      await deliver();
      await tell(group('Disk', { b: 'resolved' }));
      await deliver();
      const shown = inbox.messages.map(({ payload }) => JSON.stringify(payload));
      for (const state of ['resolved instance=a', 'firing instance=b', 'resolved instance=b']) {
        expect([state, shown.some((text) => text.includes(state))]).toEqual([state, true]);
      }
      expect(inbox.messages.filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
    });

    it.each(['message_not_found', 'channel_not_found', 'is_archived'])(
      'tells the end anew when its first message is out of reach: %s',
      async (error) => {
        await start(bot(receiver.url));
        await tell(group('Disk', { a: 'firing' }));
        await deliver();
        await tell(group('Disk', { a: 'resolved' }));
        receiver.answers.push(no(error));
        await deliver();
        expect(paths()).toEqual(['postMessage', 'postMessage']);
        expect(receiver.taken[1]!.body).toMatchObject({ channel: '#ops' });
        expect(receiver.taken[1]!.body.thread_ts).toBeUndefined();
        expect(await waiting()).toEqual([]);
      },
    );

    it('tells the end again when it was stopped between edit and reply', async () => {
      await start(bot(receiver.url));
      await tell(group('Disk', { a: 'firing' }));
      await deliver();
      await tell(group('Disk', { a: 'resolved' }));
      receiver.answers.push({ status: 500, to: 'postMessage' });
      await deliver();
      expect(await waiting()).toEqual([['team', 1]]);
      await deliver();
      expect(paths()).toEqual(['postMessage', 'update', 'update', 'postMessage']);
      expect(await waiting()).toEqual([]);
    });

    it('edits every first message also when many groups end at once', async () => {
      await start(bot(inbox.url));
      const names = Array.from({ length: 9 }, (_, n) => `Disk${n}`);
      for (const name of names) {
        await tell(group(name, { a: 'firing' }));
        await deliver();
      }
      for (const name of names) await tell(group(name, { a: 'resolved' }));
      while ((await waiting()).length > 0) await deliver();
      const firsts = inbox.messages.slice(0, names.length).map(({ payload }) => payload['text']);
      expect(firsts).toEqual(names.map((name) => expect.stringContaining(`RESOLVED · ${name} `)));
      expect(await started.ports.store.list('slack/')).toEqual([]);
    });

    it('tells a large end in one thread', async () => {
      await start(bot(inbox.url));
      const states = (state: 'firing' | 'resolved') =>
        Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`host-${n}-`, state]));
      await tell(group('Fleet', { 'host-0-': 'firing' }));
      await deliver();
      await tell(group('Fleet', states('resolved')));
      while ((await waiting()).length > 0) await deliver();
      expect(inbox.messages.filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
      const shown = JSON.stringify(inbox.messages.filter(({ threadTs }) => threadTs !== undefined));
      for (let n = 0; n < 200; n++) expect(shown).toContain(`instance=host-${n}-`);
    });

    it.each([
      ['7', 7],
      ['-5', undefined],
      ['soon', undefined],
      ['99999999', 3_600],
      [new Date(Date.now() + 3_000_000).toUTCString(), expect.closeTo(3_000, -2)],
    ])('rests after Retry-After: %s', async (retryAfter, seconds) => {
      await start(bot(receiver.url));
      await tell(group('Disk', { a: 'firing' }));
      receiver.answers.push({ status: 429, retryAfter });
      const [delivery] = await deliver();
      const { retryAfter: asked } = (delivery as { thrown: { retryAfter?: number } }).thrown;
      expect(asked === undefined || asked <= 0 ? undefined : asked).toEqual(seconds);
    });
  });

  describe('a message that is refused for what it says', () => {
    const slack = { type: 'slack-webhook', url: 'SLACK_WEBHOOK_URL' };
    const shown = () => receiver.taken.map(({ body }) => JSON.stringify(body));
    /** Until nothing waits but what is set aside. */
    const drain = async () => {
      for (let n = 0; n < 20 && (await waiting()).some(([lane]) => lane === 'team'); n++) await deliver();
    };
    const channels: [string, () => object, object][] = [
      ['Slack', () => slack, { status: 400, body: 'invalid_blocks' }],
      ['a bot', () => bot(receiver.url), no('invalid_blocks')],
      ['a webhook', () => ({ type: 'webhook', url: `${receiver.url}/hook` }), { status: 422 }],
    ];

    it.each(channels)(
      'stands aside of those behind it, and is told when it is taken: %s',
      async (_, channel, answer) => {
        await start(channel());
        receiver.hates = { text: 'Poison', answer: answer as Answer };
        const names = ['A', 'Poison', 'B', 'C', 'Poison2', 'D', 'E', 'F'];
        for (const name of names) await tell(group(name, { a: 'firing' }));
        await drain();
        for (const name of ['A', 'B', 'C', 'D', 'E', 'F']) {
          expect(shown().filter((text) => text.includes(`FIRING · ${name} is`))).not.toEqual([]);
        }
        expect(await waiting()).toEqual([['team:refused', 2]]);
        expect(await started.ports.metrics.read('notifier_queue_waiting')).toContainEqual({
          value: 2,
          labels: { channel: 'team:refused' },
        });
        // The second gets its turn while the first is still refused.
        receiver.hates = { text: 'Poison is', answer: answer as Answer };
        for (let n = 0; n < 3; n++) await deliver();
        expect(await waiting()).toEqual([['team:refused', 1]]);
        receiver.hates = undefined;
        await deliver();
        expect(await waiting()).toEqual([]);
        for (const name of ['Poison', 'Poison2']) {
          expect(shown().filter((text) => text.includes(`FIRING · ${name} is`))).not.toEqual([]);
        }
      },
    );

    it('is not what a channel refuses as a whole: that waits in order', async () => {
      await start(slack);
      for (const [status, body] of [
        [403, 'invalid_token'],
        [404, 'no_service'],
        [410, 'channel_is_archived'],
        [400, 'user_not_found'],
      ] as const) {
        // prettier-ignore
        receiver.answers.push({ status, body });
        await tell(group(`Disk${status}`, { a: 'firing' }));
        const [delivery] = await deliver();
        expect(String((delivery as { thrown?: unknown }).thrown)).toContain(`${status} ${body}`);
      }
      expect(await waiting()).toEqual([['team', 4]]);
    });
  });

  describe('mail', () => {
    let server: Server;
    const sockets: Socket[] = [];
    const said: string[] = [];
    /** A server of mail that answers each line as it is told; undefined = never. */
    async function listen(answer: (line: string) => string | undefined): Promise<void> {
      server = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined);
        socket.write('220 here\r\n');
        createInterface(socket).on('line', (line) => {
          said.push(line);
          const text = answer(line);
          if (text !== undefined) socket.write(`${text}\r\n`);
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      await start({ type: 'email', smtp: { host: '127.0.0.1', port }, from: 'a@example.org', to: ['b@example.org'] });
      await tell(group('Disk', { a: 'firing' }));
    }
    const polite = (line: string) => {
      if (line === 'DATA') return '354 go on';
      return /^(EHLO|MAIL|RCPT|QUIT|RSET)/.test(line) ? '250 yes' : undefined;
    };
    beforeEach(() => void (said.length = 0));
    afterEach(async () => {
      for (const socket of sockets.splice(0)) socket.destroy();
      server.close();
      await once(server, 'close');
    });

    it('that is under way is cut off when its time is over, so that the next attempt is the only one', async () => {
      // Takes the mail and never says so.
      await listen(polite);
      const stop = new AbortController();
      const delivering = started.ports.queue.deliver(stop.signal);
      await until('the mail', () => said.includes('.'));
      const closed = once(sockets[0]!, 'close');
      stop.abort();
      expect(await delivering).toMatchObject([{ lane: 'team', thrown: expect.anything() }]);
      await closed;
      expect(await waiting()).toEqual([['team', 1]]);
    });

    it('that is refused for what it says is sent as text alone, else it stands aside', async () => {
      await listen((line) => (line === '.' ? '554 spam' : polite(line)));
      await deliver();
      expect(said.filter((line) => line === '.')).toHaveLength(2);
      expect(said.filter((line) => /^Content-Type: text\/html/i.test(line))).toHaveLength(1);
      expect(await waiting()).toEqual([['team:refused', 1]]);
    });

    it('whose sender is refused waits: the next would be too', async () => {
      await listen((line) => (line.startsWith('MAIL') ? '550 not you' : polite(line)));
      await deliver();
      expect(await waiting()).toEqual([['team', 1]]);
    });
  });
});
