import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failureKind } from '@commandcenter/sdk';
import { agentContract, fakeContext, startPlugin, type StartedPlugin } from '@commandcenter/sdk/testing';
import { HttpAgent } from './http-agent.js';
import plugin from './index.js';
import { HttpOptions } from './options.js';
import { RequestInput, type RequestOutput } from './request-schema.js';

type Route = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const echo: Route = ({ method, url, headers }, response, body) => {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ method, url, headers, body }));
};
const answer =
  (status: number, headers: Record<string, string | string[]> = {}, body: string | Buffer = ''): Route =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

const routes: Record<string, Route> = {
  '/echo': echo,
  '/text': answer(200, { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] }, 'grüezi'),
  '/latin1': answer(200, { 'content-type': 'text/plain; charset=iso-8859-1' }, Buffer.from('grüezi', 'latin1')),
  '/binary': answer(200, { 'content-type': 'image/png' }, Buffer.from([0xff, 0xfe, 0x00])),
  '/not-json': answer(200, { 'content-type': 'application/json' }, '{'),
  '/problem': answer(404, { 'content-type': 'application/problem+json' }, '{"code":"x"}'),
  '/empty': answer(204),
  '/busy': answer(429, { 'retry-after': '7' }),
  '/down': answer(503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }),
  '/error': answer(500),
  '/unauthorized': answer(401, {}, 'token s3cr3t is wrong'),
  '/hang': () => undefined,
  '/reset': ({ socket }) => socket.destroy(),
  '/endless': (_, response) => {
    const more = () => {
      while (response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
  '/trickle': (_, response) => void response.writeHead(200).write('a'),
  '/loop': answer(302, { location: '/loop' }),
  '/moved-301': answer(301, { location: '/echo' }),
  '/moved-302': answer(302, { location: '/echo' }),
  '/moved-303': answer(303, { location: '/echo' }),
  '/moved-307': answer(307, { location: '/echo' }),
  '/to-metadata': answer(302, { location: 'http://169.254.169.254/latest/meta-data/' }),
  '/to-file': answer(302, { location: 'file:///etc/passwd' }),
};

let server: Server;
let other: Server;
let url: string;
let otherUrl: string;

async function listen(handler: Record<string, Route>): Promise<[Server, string]> {
  const made = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const route = handler[new URL(request.url ?? '/', 'http://x').pathname] ?? answer(404);
      route(request, response, Buffer.concat(chunks).toString());
    });
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return [made, `http://127.0.0.1:${(made.address() as AddressInfo).port}`];
}

let started: StartedPlugin;

beforeAll(async () => {
  [other, otherUrl] = await listen({ '/echo': echo });
  [server, url] = await listen({
    ...routes,
    '/to-other': (_, r) => r.writeHead(307, { location: `${otherUrl}/echo` }).end(),
  });
  started = await startPlugin(plugin, HttpOptions.parse({ allowPrivate: ['127.0.0.1'], maxResponseBytes: 100_000 }));
});

afterAll(async () => {
  await started.stop();
  for (const each of [server, other]) {
    each.closeAllConnections();
    await new Promise((resolve) => each.close(resolve));
  }
});

type Written = Partial<Omit<RequestInput, 'url'>> & { url?: string };

function send(path: string, input: Written = {}, context = fakeContext()): Promise<RequestOutput> {
  const agent = started.get(HttpAgent) as HttpAgent;
  return agent.request(RequestInput.parse({ url: `${url}${path}`, ...input }), context);
}

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}
const echoed = async (...args: Parameters<typeof send>) => (await send(...args)).body as Echo;
const failure = async (...args: Parameters<typeof send>): Promise<Error & { retryAfter?: number }> => {
  const settled = await send(...args).then(
    (output) => `no failure but ${output.status}`,
    (thrown: unknown) => thrown,
  );
  if (settled instanceof Error) return settled;
  throw new Error(String(settled));
};

describe('http.request', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)('sends %s', async (method) => {
    expect(await echoed('/echo', { method })).toMatchObject({ method, url: '/echo' });
  });

  it('adds query, headers and a JSON body', async () => {
    const sent = await echoed('/echo?a=1', {
      method: 'POST',
      query: { b: ['x', 'y z'], c: true, d: null },
      headers: { 'X-Custom': 'yes' },
      body: { n: 1 },
    });
    expect(sent).toMatchObject({ url: '/echo?a=1&b=x&b=y+z&c=true', body: '{"n":1}' });
    expect(sent.headers).toMatchObject({ 'x-custom': 'yes', 'content-type': 'application/json' });
  });

  it('sends a text as it is, with the content type it was given', async () => {
    const plain = await echoed('/echo', { method: 'POST', body: 'a=b' });
    expect([plain.body, plain.headers['content-type']]).toEqual(['a=b', 'text/plain;charset=UTF-8']);
    const form = await echoed('/echo', {
      method: 'POST',
      body: 'a=b',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(form.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('authenticates', async () => {
    const bearer = await echoed('/echo', { auth: { bearer: 't0ken' } });
    expect(bearer.headers['authorization']).toBe('Bearer t0ken');
    const basic = await echoed('/echo', { auth: { basic: { username: 'ä', password: 'p:w' } } });
    expect(basic.headers['authorization']).toBe(`Basic ${Buffer.from('ä:p:w').toString('base64')}`);
  });

  it('sends the trace context along', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect((await echoed('/echo', {}, fakeContext({ traceparent }))).headers).toMatchObject({ traceparent });
    expect((await echoed('/echo')).headers).not.toHaveProperty('traceparent');
  });

  it('answers status, headers and body by content type', async () => {
    expect(await send('/text')).toMatchObject({ status: 200, body: 'grüezi', headers: { 'set-cookie': 'a=1, b=2' } });
    expect(await send('/latin1')).toMatchObject({ body: 'grüezi' });
    expect(await send('/binary')).toMatchObject({ body: '//4A', bodyEncoding: 'base64' });
    expect(await send('/not-json')).toMatchObject({ body: '{' });
    expect(await send('/empty')).toMatchObject({ status: 204, body: null });
    expect(await send('/problem', { expectStatus: [404] })).toMatchObject({ status: 404, body: { code: 'x' } });
    expect(await send('/text', { method: 'HEAD' })).toMatchObject({ status: 200, body: null });
  });

  it('stops reading at the size limit', async () => {
    const thrown = await failure('/endless');
    expect(failureKind(thrown)).toBe('terminal');
    expect(thrown.message).toContain('more than 100000 bytes');
  });
});

describe('a failure of http.request', () => {
  it('is terminal for a status that will not change', async () => {
    const thrown = await failure('/unauthorized');
    expect([failureKind(thrown), thrown.message]).toEqual([
      'terminal',
      `GET ${url} answered 401, which is not in expectStatus`,
    ]);
  });

  it('is retryable for a fault of the other side', async () => {
    expect(failureKind(await failure('/error'))).toBe('retryable');
    expect(failureKind(await failure('/reset'))).toBe('retryable');
  });

  it('is retryable when nobody listens, and keeps the cause', async () => {
    const [gone, goneUrl] = await listen({});
    await new Promise((resolve) => gone.close(resolve));
    const thrown = await failure('/', { url: goneUrl });
    expect([failureKind(thrown), thrown.message]).toEqual(['retryable', `GET ${goneUrl} failed: ECONNREFUSED`]);
    expect(thrown.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('carries Retry-After, in seconds or as a date', async () => {
    expect(await failure('/busy')).toMatchObject({ retryAfter: 7 });
    const { retryAfter } = await failure('/down');
    expect(retryAfter).toBeGreaterThan(50);
    expect(retryAfter).toBeLessThanOrEqual(60);
  });

  it('never shows what might be a credential', async () => {
    const secret = 's3cr3t';
    const input: Written = {
      method: 'POST',
      query: { token: secret },
      headers: { 'x-api-key': secret },
      auth: { basic: { username: 'u', password: secret } },
      body: { secret },
    };
    for (const path of ['/unauthorized', '/error', '/reset', '/loop', `/${secret}`]) {
      const { message, cause } = await failure(path, input);
      expect(`${message} ${String(cause)}`).not.toContain(secret);
      expect(`${message} ${String(cause)}`).not.toContain(Buffer.from(`u:${secret}`).toString('base64'));
    }
  });
});

describe('a redirect', () => {
  it.each([
    ['/moved-301', 'POST', 'GET', ''],
    ['/moved-302', 'POST', 'GET', ''],
    ['/moved-302', 'PUT', 'PUT', '{"n":1}'],
    ['/moved-303', 'PUT', 'GET', ''],
    ['/moved-307', 'POST', 'POST', '{"n":1}'],
  ] as const)('%s after %s becomes %s', async (path, method, then, body) => {
    const sent = await echoed(path, { method, body: { n: 1 }, auth: { bearer: 't' } });
    expect(sent).toMatchObject({ method: then, body, headers: { authorization: 'Bearer t' } });
    expect('content-type' in sent.headers).toBe(body !== '');
  });

  it('to another origin loses everything that might be a credential', async () => {
    const sent = await echoed('/to-other', {
      auth: { bearer: 't' },
      headers: { Cookie: 'a=b', 'X-Api-Key': 'k', Accept: 'text/html' },
    });
    expect(sent.headers).toMatchObject({ accept: 'text/html', host: otherUrl.slice('http://'.length) });
    expect(Object.keys(sent.headers)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(sent.headers).not.toHaveProperty('cookie');
    expect(sent.headers).not.toHaveProperty('x-api-key');
  });

  it('is followed so many times and no more', async () => {
    const thrown = await failure('/loop', { redirects: 3 });
    expect([failureKind(thrown), thrown.message]).toEqual(['terminal', `GET ${url} was redirected more than 3 times`]);
  });

  it('is answered when the step expects it or follows none', async () => {
    expect(await send('/loop', { expectStatus: [302] })).toMatchObject({ status: 302, headers: { location: '/loop' } });
    expect(await failure('/loop', { redirects: 0 })).toMatchObject({
      message: expect.stringContaining('answered 302'),
    });
  });

  it('passes the guard at every hop', async () => {
    const thrown = await failure('/to-metadata');
    expect(failureKind(thrown)).toBe('terminal');
    expect(thrown.message).toContain('169.254.169.254 is not a public address');
  });

  it('goes to http and https only', async () => {
    expect((await failure('/to-file')).message).toContain('not an http or https URL');
  });
});

describe('without allowPrivate', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1'])(
    '%s is refused',
    async (host) => {
      const closed = await startPlugin(plugin, HttpOptions.parse({}));
      const agent = closed.get(HttpAgent) as HttpAgent;
      const port = new URL(url).port;
      const request = agent.request(RequestInput.parse({ url: `http://${host}:${port}/echo` }), fakeContext());
      await expect(request).rejects.toThrow('is not a public address');
      await request.catch((thrown: unknown) => expect(failureKind(thrown)).toBe('terminal'));
      await closed.stop();
    },
  );
});

describe('an abort', () => {
  it.each(['/hang', '/trickle'])('stops %s as a cancellation', async (path) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const thrown = await failure(path, {}, fakeContext({ signal: controller.signal }));
    expect(failureKind(thrown)).toBe('cancelled');
  });
});

agentContract(plugin, {
  options: { allowPrivate: ['127.0.0.0/8'] },
  examples: {
    'http.request': () => ({
      right: [
        { input: { url: `${url}/echo` } },
        { input: { url: `${url}/text`, expectStatus: ['2xx'] } },
        { name: 'refused', input: { url: `${url}/problem` }, fails: 'terminal' },
        { name: 'busy', input: { url: `${url}/busy` }, fails: 'retryable' },
      ],
      wrong: [
        {},
        { url: 'ftp://example.org' },
        { url: 'http://user:password@example.org' },
        { url: 'http://example.org', headers: { host: 'other.example' } },
        { url: 'http://example.org', headers: { a: 'b\r\nc: d' } },
        { url: 'http://example.org', expectStatus: [99] },
        { url: 'http://example.org', timeout: 3 },
      ],
    }),
  },
});
