import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failureKind } from '@commandcenter/sdk';
import { agentContract, fakeContext, startPlugin, type StartedPlugin } from '@commandcenter/sdk/testing';
import { expectation, valueOf } from './expectation.js';
import plugin from './index.js';
import { instantOf } from './instant.js';
import { PrometheusOptions } from './options.js';
import { PrometheusAgent } from './prometheus-agent.js';
import { QueryInput } from './query-schema.js';

const vector = (...values: string[]) => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: values.map((value, n) => ({ metric: { n: String(n) }, value: [1, value] })),
  },
});

/** What is answered, by query, in the form of Prometheus' API. */
const answers: Record<string, { status?: number; body: unknown }> = {
  zero: { body: vector('0') },
  several: { body: vector('0.01', '0.2', '0.3') },
  odd: { body: vector('NaN', '+Inf', '-Inf') },
  none: { body: vector() },
  scalar: { body: { status: 'success', data: { resultType: 'scalar', result: [1, '3'] } } },
  wrong: { status: 400, body: { status: 'error', errorType: 'bad_data', error: 'parse error at char 3' } },
  failed: { status: 422, body: { status: 'error', errorType: 'execution', error: 'many-to-many matching' } },
  telling: { status: 422, body: { status: 'error', errorType: 'execution', error: `${'x'.repeat(497)}t0ken` } },
  labelled: {
    body: {
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: { a: `${'x'.repeat(293)}t0ken` }, value: [1, '1'] }] },
    },
  },
  busy: { status: 503, body: { status: 'error', errorType: 'timeout', error: 'query timed out' } },
  locked: { status: 401, body: 'no' },
  page: { body: '<html>' },
  large: { body: vector(...Array.from({ length: 20 }, () => '1')) },
  range: {
    body: {
      status: 'success',
      data: { resultType: 'matrix', result: [{ metric: { job: 'a' }, values: [[10, '1'], [20, '2']] }] }, // prettier-ignore
    },
  },
};

let server: Server;
let url: string;
let started: StartedPlugin;
let asked: { parameters: URLSearchParams; headers: Record<string, unknown> };

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const parameters = new URLSearchParams(body);
      asked = { parameters, headers: request.headers };
      const query = parameters.get('query')!;
      if (query === 'hang') return;
      if (query === 'cut') return void request.socket.destroy();
      const { status = 200, body: answer } = answers[query]!;
      response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { url, headers: { 'X-Scope-OrgID': 'team' }, bearer: 'TOKEN', maxSeries: 10 };
  started = await startPlugin(plugin, PrometheusOptions.parse(options), { TOKEN: 't0ken' });
});

afterAll(async () => {
  await started.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const query = (input: object) => (started.get(PrometheusAgent) as PrometheusAgent).query(QueryInput.parse(input), fakeContext()); // prettier-ignore
const failure = async (input: object): Promise<[string | undefined, string]> => {
  const thrown = await query(input).then(
    () => new Error('did not fail'),
    (error: unknown) => error as Error,
  );
  return [failureKind(thrown), thrown.message];
};

describe('prometheus.query', () => {
  it('gives numbers by label, and the value of the only one', async () => {
    expect(await query({ query: 'zero' })).toEqual({
      resultType: 'vector',
      items: [{ labels: { n: '0' }, value: 0 }],
      value: 0,
      warnings: [],
    });
    expect(await query({ query: 'several' })).toMatchObject({ value: null, items: { length: 3 } });
    expect(await query({ query: 'scalar' })).toMatchObject({ resultType: 'scalar', value: 3 });
    expect((await query({ query: 'odd' })).items.map(({ value }) => value)).toEqual(['NaN', '+Inf', '-Inf']);
  });

  it('sends headers and the token', async () => {
    await query({ query: 'zero', time: 12.5 });
    expect(asked.headers).toMatchObject({ 'x-scope-orgid': 'team', authorization: 'Bearer t0ken' });
    expect(asked.parameters.get('time')).toBe('12.5');
  });

  it('asks at the address of the secret where it has a value', async () => {
    const options = PrometheusOptions.parse({ url: 'http://127.0.0.1:9', urlFrom: 'PROMETHEUS_URL' });
    const value = async (secrets: Record<string, string>) => {
      const other = await startPlugin(plugin, options, secrets);
      const asking = (other.get(PrometheusAgent) as PrometheusAgent).query(QueryInput.parse({ query: 'zero' }), fakeContext()); // prettier-ignore
      return asking.then(({ value }) => value, failureKind).finally(() => other.stop());
    };
    expect(await value({ PROMETHEUS_URL: url })).toBe(0);
    expect(await value({})).toBe('retryable');
    expect(await value({ PROMETHEUS_URL: 'prometheus:9090' })).toBe('terminal');
  });

  it('tells no part of a secret, wherever what Prometheus said is cut', async () => {
    expect((await failure({ query: 'telling' }))[1]).toMatch(/ answered 422: x{497}\*{3}$/);
    expect((await failure({ query: 'labelled', expect: '== 0' }))[1]).toMatch(/\{a="x{293}\*{3}"\} is 1$/);
  });

  it('passes when every value is as expected', async () => {
    await query({ query: 'zero', expect: '== 0' });
    await query({ query: 'several', expect: '< 0.5' });
    await query({ query: 'none', expect: '== 0', ifEmpty: 'pass' });
    await query({ query: 'none' });
  });

  it.each([
    [{ query: 'several', expect: '< 0.05' }, 'retryable', /Expected < 0\.05, but \{n="1"\} is 0\.2, and 1 more/],
    [{ query: 'odd', expect: '<= 5' }, 'retryable', /is NaN, and 1 more/],
    [{ query: 'none', expect: '== 0' }, 'retryable', /The result is empty/],
    [{ query: 'wrong' }, 'terminal', /does not take the query: parse error at char 3/],
    [{ query: 'failed' }, 'terminal', /many-to-many/],
    [{ query: 'busy' }, 'retryable', /answered 503: query timed out/],
    [{ query: 'locked' }, 'terminal', /answered 401/],
    [{ query: 'page' }, 'terminal', /answered 200/],
    [{ query: 'cut' }, 'retryable', /does not answer/],
    [{ query: 'large' }, 'terminal', /more than 10 series/],
    [{ query: 'range' }, 'terminal', /use prometheus\.queryRange/],
  ])('%j fails: %s', async (input, kind, message) => {
    expect(await failure(input)).toEqual([kind, expect.stringMatching(message)]);
  });
});

it.each([
  ['== 0', 0, true],
  ['==0', 1e-9, false],
  ['!= 0', 'NaN', true],
  ['== 0', 'NaN', false],
  ['> 5', '+Inf', true],
  ['< -1.5e3', '-Inf', true],
  ['>= .5', 0.5, true],
])('%s holds for %s: %s', (text, value, holds) => {
  expect(expectation(text)!(value)).toBe(holds);
});

it.each(['', '0', '= 0', '=> 1', '== x', '== 0 or 1', '== NaN'])('%j is no expectation', (text) => {
  expect(expectation(text)).toBeUndefined();
});

it('reads times and values', () => {
  expect(instantOf('-5m', 1_000_000)).toBe(700);
  expect(instantOf('now', 1_000)).toBe(1);
  expect(instantOf('2026-01-01T00:00:00Z', 0)).toBe(1_767_225_600);
  expect([instantOf('soon', 0), instantOf('5m', 0), instantOf('-5', 0)]).toEqual([undefined, undefined, undefined]);
  expect([valueOf('1.5'), valueOf('+Inf'), valueOf('NaN')]).toEqual([1.5, '+Inf', 'NaN']);
});

agentContract(plugin, {
  get options() {
    return { url: url ?? 'http://127.0.0.1:9' };
  },
  examples: {
    'prometheus.query': {
      right: [{ input: { query: 'zero', expect: '== 0' } }, { input: { query: 'wrong' }, fails: 'terminal' }],
      wrong: [
        { query: '' },
        { query: 'up', expect: '0' },
        { query: 'up', time: 'soon' },
        { query: 'up', url: 'http://x' },
      ],
    },
    'prometheus.queryRange': {
      right: [
        {
          input: { query: 'range', start: '-5m', step: '15s', expect: '> 0' },
          output: {
            resultType: 'matrix',
            items: [{ labels: { job: 'a' }, values: [{ time: 10, value: 1 }, { time: 20, value: 2 }] }], // prettier-ignore
            warnings: [],
          },
        },
      ],
      wrong: [
        { query: 'up', start: '-5m' },
        { query: 'up', start: '-5m', step: '0s' },
      ],
    },
  },
});
