import { type SlackInbox, startSlackInbox } from '../dev/slack-inbox/index.js';

const section = { type: 'section', text: { type: 'mrkdwn', text: 'hello' } };

describe('the Slack inbox', () => {
  let inbox: SlackInbox;
  beforeEach(async () => (inbox = await startSlackInbox()));
  afterEach(() => inbox.close());

  async function call(path: string, body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${inbox.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, text: await response.text(), ...(retryAfter !== null && { retryAfter }) };
  }
  const hook = (body: unknown, name = 'a') => call(`/services/T000/B000/${name}`, body);
  const api = async (method: string, body: object, token = 'xoxb-1') => {
    const { text } = await call(`/api/chat.${method}`, body, { authorization: `Bearer ${token}` });
    return JSON.parse(text) as { ok: boolean; ts?: string; error?: string; response_metadata?: { messages: string[] } };
  };

  it('takes what Slack takes and keeps it in order, a channel for each path', async () => {
    expect(await hook({ text: 'one' })).toEqual({ status: 200, text: 'ok' });
    expect(await hook({ blocks: [section] }, 'b')).toEqual({ status: 200, text: 'ok' });
    expect(inbox.messages).toMatchObject([
      { channel: '/services/T000/B000/a', payload: { text: 'one' } },
      { channel: '/services/T000/B000/b', payload: { blocks: [section] } },
    ]);
    expect(inbox.messages[0]!.ts < inbox.messages[1]!.ts).toBe(true);
    expect(await (await fetch(`${inbox.url}/messages`)).json()).toEqual(inbox.messages);
  });

  it('refuses as Slack refuses, and keeps nothing of it', async () => {
    expect(await hook({})).toEqual({ status: 400, text: 'no_text' });
    expect(await hook([])).toEqual({ status: 400, text: 'invalid_payload' });
    expect(await hook({ blocks: [{ type: 'section' }] })).toEqual({ status: 400, text: 'invalid_blocks' });
    expect(await api('postMessage', { channel: '#x', text: 'a' }, 'xoxp-1')).toEqual({
      ok: false,
      error: 'invalid_auth',
    });
    expect(await api('postMessage', { channel: '#x', blocks: [{ type: 'section' }] })).toMatchObject({
      ok: false,
      error: 'invalid_blocks',
      response_metadata: { messages: [expect.stringContaining('[json-pointer:/blocks/0]')] },
    });
    expect(await api('update', { channel: '#x', ts: '1.2', text: 'a' })).toEqual({
      ok: false,
      error: 'message_not_found',
    });
    expect(inbox.messages).toEqual([]);
  });

  it('keeps edits and threads, and the page shows both', async () => {
    const { ts } = await api('postMessage', { channel: '#ops', text: 'it burns' });
    await api('update', { channel: '#ops', ts, text: 'it is out' });
    await api('postMessage', { channel: '#ops', text: 'a reply', thread_ts: ts });
    expect(inbox.messages).toMatchObject([
      { ts, payload: { text: 'it is out' }, edits: [{ payload: { text: 'it burns' } }] },
      { threadTs: ts },
    ]);
    const page = await (await fetch(inbox.url)).text();
    expect(page).toContain('(edited once)');
    expect(page).toContain('1 reply');
  });

  it('lets no message write into its page', async () => {
    const evil = '<script>alert(1)</script>"\'<!channel>';
    const plain = { type: 'plain_text', text: evil };
    const button = { type: 'button', text: plain, url: 'javascript:alert(1)//x' };
    await hook({ text: evil, username: evil, attachments: [{ color: '#123456"><script>', fallback: evil }] });
    await hook({ blocks: [{ type: 'header', text: plain }, section, { type: 'actions', elements: [button] }] });
    const page = await (await fetch(inbox.url)).text();
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page).not.toContain('href="javascript');
    expect(page).toContain('@channel would ping everybody');
  });

  it('answers as it is told, as often as it is told', async () => {
    inbox.behave({ status: 429, retryAfter: 5, count: 2 });
    const limited = { status: 429, text: 'rate_limited', retryAfter: '5' };
    expect([await hook({ text: 'a' }), await hook({ text: 'a' })]).toEqual([limited, limited]);
    expect(await hook({ text: 'a' })).toEqual({ status: 200, text: 'ok' });
    const behave = (body: object) =>
      fetch(`${inbox.url}/behaviour`, { method: 'PUT', body: JSON.stringify(body) }).then(({ status }) => status);
    expect([await behave({ status: 9 }), await behave({ nonsense: 1 }), await behave({ status: 500 })]).toEqual([
      400, 400, 200,
    ]);
    expect(await hook({ text: 'a' })).toMatchObject({ status: 500 });
    inbox.behave({ drop: true });
    await expect(hook({ text: 'a' })).rejects.toThrow('fetch failed');
    inbox.behave({ limit: true });
    // The accepted one above may be of this second already: another channel.
    expect(
      (await Promise.all([hook({ text: 'a' }, 'z'), hook({ text: 'a' }, 'z')])).map(({ status }) => status).sort(),
    ).toEqual([200, 429]);
    expect(inbox.messages).toHaveLength(2);
    expect(inbox.requests).toBe(7);
  });

  it('forgets the oldest of more than 1,000', async () => {
    for (let at = 0; at < 1_002; at++) await hook({ text: `m${at}` });
    expect(inbox.messages).toHaveLength(1_000);
    expect(inbox.messages[0]!.payload).toEqual({ text: 'm2' });
  });
});
