import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../src/config/index.js';
import { composeOf, mountsOf, root, type Service, yamlOf } from './support/stack/compose.js';

const whole = composeOf('docker-compose.yml');
const host = composeOf('dev/docker-compose.yml');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const telemetry = [
  'otelcol-volume',
  'otelcol',
  'tempo',
  'loki',
  'prometheus',
  'alert-secrets',
  'alertmanager',
  'grafana',
];
/** Runs once and ends. */
const oneShot = ['otelcol-volume', 'alert-secrets'];

const exact = /^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?$/;
const each = (services: Readonly<Record<string, Service>>) => Object.entries(services);
const bytes = (text = '') => Number.parseInt(text, 10) * { m: 2 ** 20, g: 2 ** 30 }[text.slice(-1) as 'm' | 'g'];

describe.each([
  ['docker-compose.yml', whole],
  ['dev/docker-compose.yml', host],
])('%s', (_, { services, volumes }) => {
  it.each(each(services))('%s is pinned, bounded in memory and logs, and comes back', (name, service) => {
    expect(service.image).toMatch(exact);
    expect(bytes(service.mem_limit)).toBeGreaterThan(0);
    expect(service.logging?.options).toEqual({ 'max-size': '10m', 'max-file': '3' });
    expect(service.restart).toBe(oneShot.includes(name) ? undefined : 'unless-stopped');
  });

  it.each(each(services))('%s mounts what is there, read-only when it is ours', (_name, service) => {
    for (const { source, bind, readOnly, shared } of mountsOf(service)) {
      if (!bind) expect(Object.keys(volumes ?? {})).toContain(source);
      else expect([source, existsSync(source), readOnly, shared]).toEqual([source, true, true, true]);
    }
  });

  it('declares no volume that nobody uses', () => {
    const used = each(services).flatMap(([, service]) => mountsOf(service).map(({ source }) => source));
    expect(Object.keys(volumes ?? {}).filter((name) => !used.includes(name))).toEqual([]);
  });

  it('checks the health of all but the collector, whose image has nothing to check with', () => {
    const without = each(services).filter(
      ([, { healthcheck, build }]) => healthcheck === undefined && build === undefined,
    );
    expect(without.map(([name]) => name)).toEqual(['otelcol-volume', 'otelcol', 'alert-secrets']);
  });

  it('gives the collector its volume before it starts', () => {
    expect(services['otelcol']!.depends_on).toEqual({
      'otelcol-volume': { condition: 'service_completed_successfully' },
    });
    const [storage] = mountsOf(services['otelcol-volume']!);
    expect(mountsOf(services['otelcol']!)).toContainEqual(storage);
    expect(services['otelcol-volume']!.entrypoint).toContain(storage!.target);
  });

  it('lets nobody into Grafana by a password everybody knows', () => {
    expect(services['grafana']!.environment).toMatchObject({
      GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
      GF_AUTH_BASIC_ENABLED: 'false',
    });
  });
});

describe('docker-compose.yml', () => {
  it('is hub, PostgreSQL and the stack', () => {
    expect(Object.keys(whole.services)).toEqual(['hub', 'postgres', ...telemetry]);
  });

  it('publishes on 127.0.0.1 only', () => {
    const ports = each(whole.services).flatMap(([, service]) => service.ports ?? []);
    expect(ports).toHaveLength(4);
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
  });

  it('starts the hub on a PostgreSQL that is ready, with the token of Alertmanager made', () => {
    expect(whole.services['hub']!.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      'alert-secrets': { condition: 'service_completed_successfully' },
    });
  });

  it('gives the hub more time to stop than it takes', () => {
    const { graceMs, abortGraceMs } = loadConfig({}, root).engine;
    const closeSlackMs = 15_000; // of src/main/start.ts
    const seconds = Number(/^(\d+)s$/.exec(whole.services['hub']!.stop_grace_period!)![1]);
    expect(seconds * 1000).toBeGreaterThan(graceMs + abortGraceMs + closeSlackMs);
  });

  it('has somebody who ends what is left of commands of steps: the hub waits only for its own children', () => {
    const replicas = composeOf('docker-compose.replicas.yml').services;
    expect([whole.services['hub']!.init, replicas['worker']!.init, replicas['hub']!.init]).toEqual([true, true, undefined]); // prettier-ignore
  });

  it('passes on every secret that commandcenter.yaml names, empty where it is not set', () => {
    const { secrets } = yamlOf<{ secrets: string[] }>('commandcenter.yaml');
    const given = whole.services['hub']!.environment!;
    // Of the network of the stack, nobody's to set.
    const own = { PROMETHEUS_URL: 'http://prometheus:9090' };
    const expected = secrets.map((name) => [name, own[name as keyof typeof own] ?? `\${${name}:-}`]);
    expect(secrets.map((name) => [name, given[name]])).toEqual(expected);
  });

  it("keeps the hub's folder and configuration where the image has them", () => {
    const targets = mountsOf(whole.services['hub']!).map(({ target }) => target);
    expect(targets).toEqual([
      '/app/commandcenter.yaml',
      '/app/workflows',
      '/app/.commandcenter',
      '/run/alertmanager',
      '/run/slo',
    ]);
    expect(dockerfile).toMatch(/^WORKDIR \/app$/m);
  });
});

describe('docker-compose.replicas.yml', () => {
  const { services } = composeOf('docker-compose.replicas.yml');

  it('lets the hubs believe the proxy who calls, which believes nobody', () => {
    const trusted = services['hub']!.environment!['COMMANDCENTER_TRUSTED_PROXIES'];
    expect(loadConfig({ COMMANDCENTER_TRUSTED_PROXIES: trusted }, '/nowhere').server.trustedProxies).toHaveLength(3);
    expect(readFileSync(join(root, 'docker-compose.replicas.yml'), 'utf8')).toContain(
      'http-request set-header X-Forwarded-For %[src]',
    );
  });

  it('puts a pinned proxy, bounded in memory and logs, in the place of the port of the hub', () => {
    const { proxy } = services;
    expect(proxy!.image).toMatch(exact);
    expect(bytes(proxy!.mem_limit)).toBeGreaterThan(0);
    expect(proxy!.logging).toEqual(whole.services['hub']!.logging);
    expect(proxy!.ports).toEqual(whole.services['hub']!.ports);
    expect([services['hub']!.ports, services['worker']!.ports]).toEqual([[], []]);
  });

  it('starts hubs of a role the command knows, and workers', () => {
    const hub = ['node', 'dist/main.js', 'start', '--role'];
    expect(services['hub']!.command).toEqual([...hub, '${HUB_ROLE:-all}']);
    expect(services['worker']!.command).toEqual([...hub, 'worker']);
  });
});

describe('dev/docker-compose.yml', () => {
  it('is the stack, of the same images and files', () => {
    expect(Object.keys(host.services)).toEqual(telemetry);
    for (const [name, service] of each(host.services)) {
      expect([name, service.image, service.volumes]).toEqual([
        name,
        whole.services[name]!.image,
        // The rules of workflows are in a volume there, and here in the folder that is mounted anyway.
        whole.services[name]!.volumes!.filter((volume) => !volume.startsWith('slo:')),
      ]);
    }
  });

  it.each(each(host.services).filter(([name]) => !oneShot.includes(name)))(
    '%s listens on 127.0.0.1 of the host',
    (name, service) => {
      expect(service.network_mode).toBe('host');
      expect(service.ports).toBeUndefined();
      const own: Record<string, string | undefined> = {
        prometheus: service.command?.find((flag) => flag.startsWith('--web.listen-address')),
        alertmanager: service.command?.find((flag) => flag.startsWith('--web.listen-address')),
        grafana: service.environment?.['GF_SERVER_HTTP_ADDR'],
      };
      const bound = name in own ? own[name] : service.environment?.['BIND_ADDRESS'];
      expect(bound).toMatch(/^(--web\.listen-address=)?127\.0\.0\.1(:\d+)?$/);
    },
  );

  it('leads the names of all services, and the hub, to the host', () => {
    const names = ['hub', ...telemetry.filter((name) => !oneShot.includes(name))];
    for (const [name, service] of each(host.services)) {
      if (oneShot.includes(name)) continue;
      expect(service.extra_hosts).toEqual(Object.fromEntries(names.map((known) => [known, '127.0.0.1'])));
    }
  });

  it('has every port once: they share a host', () => {
    const { port } = yamlOf<any>('observability/collector/config.yaml').service.telemetry.metrics.readers[0].pull
      .exporter.prometheus;
    const text = ['collector/config.yaml', 'tempo/tempo.yaml', 'loki/loki.yaml']
      .map((file) => readFileSync(join(root, 'observability', file), 'utf8').replaceAll(/^\s*#.*$/gm, ''))
      .join('\n');
    const listening = [...text.matchAll(/BIND_ADDRESS:-127\.0\.0\.1\}:(\d+)|listen_port: (\d+)/g)].map(
      ([, endpoint, listen]) => Number(endpoint ?? listen),
    );
    const all = [...listening, port as number, 3003, 9090, 9093, 3000, 9464];
    expect(all).toHaveLength(13);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('Dockerfile', () => {
  it('makes an image of the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(whole.services['hub']!.image).toBe(`commandcenter:${version}`);
    expect(dockerfile).toContain(`org.opencontainers.image.version="${version}"`);
  });

  it('builds on an exact Node, of the major the hub needs', () => {
    expect(dockerfile).toMatch(/^ARG NODE=24\.\d+\.\d+$/m);
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual([
      'node:${NODE}-slim',
      'node:${NODE}-slim',
    ]);
  });

  /** What a `COPY` takes from here, not from the stage before. */
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) => sources!.split(' '));

  it('is given what it copies, and nothing else', () => {
    const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    expect(lines.filter((line) => line === '*')).toHaveLength(1);
    expect(lines.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : [])).sort()).toEqual([...copied].sort());
  });

  it('lets everybody read what comes from a clone that was for its owner only', () => {
    const [build, last] = dockerfile.split(/^FROM .*-slim$/m).slice(-2);
    const opened = /^RUN chmod -R a\+rX (.+)$/m.exec(build ?? dockerfile)![1]!.split(' ');
    const shipped = [...last!.matchAll(/^COPY --from=build (.+) \S+$/gm)].flatMap(([, sources]) => sources!.split(' '));
    const made = ['dist', 'node_modules'];
    const fromClone = shipped.map((path) => path.replace('/app/', '')).filter((path) => !made.includes(path));
    expect(fromClone.filter((path) => !opened.includes(path.split('/')[0]!))).toEqual([]);
    expect(last).not.toMatch(/^COPY (?!--from)/m);
  });

  it('runs as somebody else than root, tells its health, and takes signals itself', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM'));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK .*\\\n {2}CMD \["node", .*\/health\/ready/m);
    expect(last).toMatch(/^CMD \["node",.* "dist\/main\.js", "start"\]$/m);
  });
});
