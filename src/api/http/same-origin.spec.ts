import { cameByHttps, requireSameOrigin } from './same-origin.js';

const refused = expect.objectContaining({ code: 'CC_ORIGIN_REFUSED' }) as Error;
const from = (origin: string | undefined, host: string | undefined) => ({
  headers: { ...(origin !== undefined && { origin }), ...(host !== undefined && { host }) },
});

describe('the origin of a request with a cookie', () => {
  it.each([
    ['http://127.0.0.1:3000', '127.0.0.1:3000'],
    ['https://hub.example', 'hub.example'],
    ['https://hub.example', 'hub.example:443'],
    ['http://hub.example', 'HUB.example'],
    ['http://[::1]:3000', '[::1]:3000'],
  ])('%s is the hub at %s', (origin, host) => expect(() => requireSameOrigin(from(origin, host))).not.toThrow());

  it.each([
    [undefined, 'hub.example'],
    ['null', 'hub.example'],
    ['', 'hub.example'],
    ['http://hub.example', undefined],
    ['http://evil.example', 'hub.example'],
    ['http://hub.example.evil.example', 'hub.example'],
    ['http://evil.example/hub.example', 'hub.example'],
    ['http://hub.example:8080', 'hub.example'],
    ['http://hub.example', 'hub.example:3000'],
    ['http://hub.example@evil.example', 'hub.example'],
    ['ftp://hub.example', 'hub.example'],
    ['hub.example', 'hub.example'],
    ['http://hub.example', 'evil.example#@hub.example'],
  ])('%s is not the hub at %s', (origin, host) => expect(() => requireSameOrigin(from(origin, host))).toThrow(refused));

  it('says whether the browser speaks TLS, behind a proxy too', () => {
    expect(cameByHttps({ protocol: 'http', headers: { origin: 'https://hub.example' } })).toBe(true);
    expect(cameByHttps({ protocol: 'https', headers: {} })).toBe(true);
    expect(cameByHttps({ protocol: 'http', headers: { origin: 'http://hub.example' } })).toBe(false);
    expect(cameByHttps({ protocol: 'http', headers: {} })).toBe(false);
  });
});
