import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CcError } from '../errors/index.js';
import { loadConfig } from './load-config.js';

describe('loadConfig', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cc-config-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (text: string) => writeFileSync(join(root, 'commandcenter.yaml'), text);
  const problems = (env: Record<string, string> = {}) => {
    try {
      loadConfig(env, root);
    } catch (error) {
      expect(error).toBeInstanceOf(CcError);
      expect((error as CcError).code).toBe('CC_CONFIG_INVALID');
      return (error as CcError).problems;
    }
    throw new Error('loadConfig accepted it');
  };

  it('has sensible values for everything when nothing is said', () => {
    mkdirSync(join(root, 'workflows'));
    expect(loadConfig({}, root)).toMatchObject({
      root,
      stateDir: join(root, '.commandcenter'),
      host: '127.0.0.1',
      port: 3000,
      logLevel: 'info',
      plugins: [{ use: 'http' }, { use: 'transform' }],
      workflows: [join(root, 'workflows')],
      telemetry: { workflowLabelBudget: 200 },
      grafana: { url: 'http://127.0.0.1:3003' },
      engine: { maxRuns: 1000, graceMs: 20_000, defaultStepTimeoutMs: 300_000, requestBytes: 1_048_576 },
    });
  });

  it('refuses exporters and protocols of telemetry that would be left out without a word', () => {
    const fine = { OTEL_TRACES_EXPORTER: ' otlp, console', OTEL_METRICS_EXPORTER: 'prometheus,otlp', OTEL_LOGS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }; // prettier-ignore
    expect(() => loadConfig(fine, root)).not.toThrow();
    const wrong = { OTEL_TRACES_EXPORTER: 'zipkin', OTEL_METRICS_EXPORTER: 'prometheus,none', OTEL_LOGS_EXPORTER: 'stdout', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http' }; // prettier-ignore
    expect(problems(wrong)).toEqual([
      { path: 'OTEL_TRACES_EXPORTER', message: 'must be a list of otlp, console, or none' },
      { path: 'OTEL_METRICS_EXPORTER', message: 'must be a list of prometheus, otlp, console, or none' },
      { path: 'OTEL_LOGS_EXPORTER', message: 'must be a list of otlp, console, or none' },
      { path: 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', message: 'must be grpc, http/protobuf, http/json' },
    ]);
  });

  it('believes no proxy unless it is named, by the environment first, and never everybody', () => {
    expect(loadConfig({}, root).server).toEqual({ trustedProxies: [] });
    write('server: { trustedProxies: [10.0.0.5, fd00::/8] }');
    expect(loadConfig({}, root).server).toEqual({ trustedProxies: ['10.0.0.5', 'fd00::/8'] });
    const env = { COMMANDCENTER_TRUSTED_PROXIES: '172.16.0.0/12, ::1' };
    expect(loadConfig(env, root).server).toEqual({ trustedProxies: ['172.16.0.0/12', '::1'] });
    write(
      'server: { trustedProxies: [0.0.0.0/0, "::/0", 10.0.0.0/33, fe80::1%eth0, proxy.example, 1.2.3, "10.0.0.0/8/8", ""] }',
    );
    expect(problems().map(({ path }) => path)).toEqual(
      Array.from({ length: 8 }, (_, n) => `server.trustedProxies.${n}`),
    );
    write('');
    expect(problems({ COMMANDCENTER_TRUSTED_PROXIES: '10.0.0.1,,all' }).map(({ path }) => path)).toEqual([
      'COMMANDCENTER_TRUSTED_PROXIES.1',
      'COMMANDCENTER_TRUSTED_PROXIES.2',
    ]);
  });

  it('links to Grafana where it is told to, and only to web addresses', () => {
    write('grafana: { url: "https://ops.example/grafana" }');
    expect(loadConfig({}, root).grafana).toEqual({ url: 'https://ops.example/grafana' });
    write('grafana: { url: "javascript:alert(1)" }');
    expect(problems()).toMatchObject([{ path: 'grafana.url', message: expect.stringContaining('http://') as string }]);
  });

  it('takes the address of Grafana from the environment rather than from the file', () => {
    write('grafana: { url: "https://ops.example/grafana" }');
    const grafana = (url: string) => loadConfig({ COMMANDCENTER_GRAFANA_URL: url }, root).grafana.url;
    expect([grafana('https://here.example'), grafana('')]).toEqual([
      'https://here.example',
      'https://ops.example/grafana',
    ]);
    expect(problems({ COMMANDCENTER_GRAFANA_URL: 'javascript:alert(1)' })).toEqual([
      { path: 'COMMANDCENTER_GRAFANA_URL', message: expect.stringContaining('http://') as string },
    ]);
  });

  it('takes the address and the folder of rules of Prometheus from the environment rather than from the file', () => {
    expect(loadConfig({}, root).prometheus).toEqual({});
    write('prometheus: { url: "http://prometheus:9090/", rulesDir: rules }');
    const file = { url: 'http://prometheus:9090', rulesDir: join(root, 'rules') };
    const none = { COMMANDCENTER_PROMETHEUS_URL: '', COMMANDCENTER_PROMETHEUS_RULES_DIR: '' };
    expect([loadConfig({}, root).prometheus, loadConfig(none, root).prometheus]).toEqual([file, file]);
    const environment = (url: string, folder: string) =>
      loadConfig({ COMMANDCENTER_PROMETHEUS_URL: url, COMMANDCENTER_PROMETHEUS_RULES_DIR: folder }, root).prometheus;
    expect(environment('https://here.example/prom//', '/run/slo')).toEqual({
      url: 'https://here.example/prom',
      rulesDir: '/run/slo',
    });
    expect(environment('', 'made')).toEqual({ ...file, rulesDir: join(root, 'made') });
    expect(problems({ COMMANDCENTER_PROMETHEUS_URL: 'prometheus:9090' })).toMatchObject([
      { path: 'COMMANDCENTER_PROMETHEUS_URL' },
    ]);
    write('prometheus: { adress: "http://prometheus:9090" }');
    expect(problems()).toMatchObject([{ path: 'prometheus.adress' }]);
  });

  it('lists no workflow folder when the usual one is not there', () => {
    expect(loadConfig({}, root).workflows).toEqual([]);
  });

  it('reads the file, parses durations and makes folders absolute', () => {
    mkdirSync(join(root, 'flows'));
    write(
      'workflows: [flows]\nsecrets: [API_KEY]\nengine: { grace: 90s, poll: 250ms }\nplugins:\n  - use: http\n    options: { allow: [a] }\n',
    );
    const config = loadConfig({ PORT: '0', DATABASE_URL: 'postgres://me@db/x' }, root);
    expect(config).toMatchObject({
      file: join(root, 'commandcenter.yaml'),
      port: 0,
      databaseUrl: 'postgres://me@db/x',
      workflows: [join(root, 'flows')],
      secrets: ['API_KEY'],
      plugins: [{ use: 'http', options: { allow: ['a'] }, secrets: [], onError: 'fail' }],
      engine: { graceMs: 90_000, pollMs: 250, sweepMs: 5_000 },
    });
  });

  it('freezes all of it', () => {
    write('plugins: [{ use: http, options: { a: { b: 1 } } }]\n');
    const config = loadConfig({}, root);
    expect(Object.isFrozen(config.engine)).toBe(true);
    expect(Object.isFrozen(config.plugins[0]?.options['a'])).toBe(true);
  });

  it('lists every problem of environment and file at once, by path and place', () => {
    write('engine:\n  maxRuns: 0\n  grace: soon\nplugin: []\nplugins:\n  - options: 3\nsecrets: [lower]\n');
    const found = problems({ PORT: '70000', DATABASE_URL: 'mysql://x' });
    expect(found.map((problem) => problem.path).sort()).toEqual([
      'DATABASE_URL',
      'PORT',
      'engine.grace',
      'engine.maxRuns',
      'plugin',
      'plugins.0.options',
      'plugins.0.use',
      'secrets.0',
    ]);
    expect(found.find((problem) => problem.path === 'engine.grace')).toMatchObject({
      line: 3,
      column: 10,
      message: expect.stringContaining('"soon" is not a duration'),
    });
  });

  it('says where malformed YAML is malformed', () => {
    write('engine: {\n  maxRuns: [1\n');
    expect(problems()[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
  });

  it('refuses a named file that does not exist, and a listed folder that does not', () => {
    expect(problems({ COMMANDCENTER_CONFIG: 'other.yaml' })).toEqual([
      { path: 'COMMANDCENTER_CONFIG', message: expect.stringContaining('other.yaml, which does not exist') },
    ]);
    write('workflows: [nowhere]\n');
    expect(problems()).toEqual([{ path: 'workflows.0', message: expect.stringContaining('does not exist') }]);
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: '' }, root).port).toBe(3000);
  });

  it('never repeats the value of a wrong secret', () => {
    expect(problems({ COMMANDCENTER_ADMIN_TOKEN: 'long enough, but no header' })).toHaveLength(1);
    const [problem] = problems({ COMMANDCENTER_ADMIN_TOKEN: 'tooshort' });
    expect(problem?.path).toBe('COMMANDCENTER_ADMIN_TOKEN');
    expect(JSON.stringify(problem)).not.toContain('tooshort');
  });
});
