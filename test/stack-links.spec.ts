import { readdirSync, readFileSync } from 'node:fs';
import { attribute } from '../src/telemetry/names.js';
import { generatedFiles } from './support/dashboards/files.js';
import { composeOf, mountsOf, yamlOf } from './support/stack/compose.js';

/** What leads where: collector, scrapes and data sources agree with each other and with the names of the telemetry contract. */
const { services } = composeOf('docker-compose.yml');
const collector = yamlOf<any>('observability/collector/config.yaml');
const tempo = yamlOf<any>('observability/tempo/tempo.yaml');
const loki = yamlOf<any>('observability/loki/loki.yaml');
const prometheus = yamlOf<any>('observability/prometheus/prometheus.yml');
const [hubJob] = yamlOf<any>('observability/prometheus/scrape/hub.yml').scrape_configs;
const dashboards = yamlOf<any>('observability/grafana/provisioning/dashboards/dashboards.yaml');
const { datasources } = yamlOf<{ datasources: any[] }>(
  'observability/grafana/provisioning/datasources/datasources.yaml',
);
const source = (uid: string) => datasources.find((candidate) => candidate.uid === uid);
const portOf = (address: string) => Number(/:(\d+)$/.exec(address)![1]);

/** Every text in a document. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** Where each service answers metrics and its API. */
const address: Record<string, number> = {
  hub: 9464,
  otelcol: collector.service.telemetry.metrics.readers[0].pull.exporter.prometheus.port,
  tempo: tempo.server.http_listen_port,
  loki: loki.server.http_listen_port,
  grafana: Number(services['grafana']!.environment!['GF_SERVER_HTTP_PORT']),
  prometheus: portOf(services['prometheus']!.command![0]!),
  alertmanager: portOf(services['alertmanager']!.command![0]!),
};

describe('the collector', () => {
  it('limits its memory first, and uses only what is defined', () => {
    for (const pipeline of Object.values<any>(collector.service.pipelines)) {
      expect(pipeline.processors[0]).toBe('memory_limiter');
      for (const kind of ['receivers', 'processors', 'exporters']) {
        expect(Object.keys(collector[kind])).toEqual(expect.arrayContaining(pipeline[kind]));
      }
    }
    expect(collector.service.extensions).toEqual(Object.keys(collector.extensions));
  });

  it('keeps its queues on disk and never gives up', () => {
    for (const exporter of Object.values<any>(collector.exporters)) {
      expect(exporter.sending_queue).toMatchObject({ enabled: true, storage: 'file_storage' });
      expect(exporter.retry_on_failure).toEqual({ enabled: true, max_elapsed_time: '0s' });
    }
    const [storage] = mountsOf(services['otelcol']!).filter(({ bind }) => !bind);
    expect(collector.extensions.file_storage.directory).toBe(`\${env:OTELCOL_STORAGE:-${storage!.target}}`);
  });

  it('sends to where Tempo and Loki listen', () => {
    const { endpoint } = tempo.distributor.receivers.otlp.protocols.grpc;
    expect(collector.exporters['otlp_grpc/tempo'].endpoint).toBe(
      `\${env:TEMPO_OTLP_ENDPOINT:-tempo:${portOf(endpoint)}}`,
    );
    expect(collector.exporters['otlp_http/loki'].endpoint).toBe(
      `\${env:LOKI_OTLP_ENDPOINT:-http://loki:${address['loki']}/otlp}`,
    );
  });

  it('listens where the hub of docker-compose.yml sends', () => {
    const { endpoint } = collector.receivers.otlp.protocols.grpc;
    expect(services['hub']!.environment!['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe(`http://otelcol:${portOf(endpoint)}`);
  });
});

describe('Prometheus', () => {
  const jobs = Object.fromEntries(
    [hubJob, ...prometheus.scrape_configs].map((job: any) => [job.job_name, job.static_configs[0].targets[0]]),
  );

  it('scrapes the hub and everything of the stack, where it listens', () => {
    const names = ['commandcenter', 'otelcol', 'tempo', 'loki', 'grafana', 'alertmanager', 'prometheus'];
    expect(Object.keys(jobs)).toEqual(names);
    for (const [job, target] of Object.entries<string>(jobs)) {
      const service = job === 'commandcenter' ? 'hub' : job;
      const name = job === 'prometheus' ? 'localhost' : service;
      expect([job, target]).toEqual([job, `${name}:${address[service]}`]);
    }
  });

  it('finds every replica behind the proxy in the place of the one hub, and scrapes it alike', () => {
    expect(prometheus.scrape_config_files).toEqual(['scrape/*.yml']);
    const [job] = yamlOf<any>('observability/prometheus/scrape-replicas/hub.yml').scrape_configs;
    const { static_configs, ...scrape } = hubJob;
    const { dns_sd_configs, ...replicas } = job;
    expect(replicas).toEqual(scrape);
    expect(dns_sd_configs).toMatchObject([{ names: ['hub', 'worker'], type: 'A', port: Number(address['hub']) }]);
    expect(static_configs).toHaveLength(1);
    const { services: added } = yamlOf<any>('docker-compose.replicas.yml');
    expect(added.prometheus.volumes).toEqual([
      './observability/prometheus/scrape-replicas:/etc/prometheus/scrape:ro,z',
    ]);
    expect(Object.keys(added)).toEqual(expect.arrayContaining(dns_sd_configs[0].names));
  });

  it('takes the span metrics of Tempo with their exemplars', () => {
    const [write] = tempo.metrics_generator.storage.remote_write;
    expect(write).toEqual({ url: `http://prometheus:${address['prometheus']}/api/v1/write`, send_exemplars: true });
    expect(services['prometheus']!.entrypoint).toEqual(
      expect.arrayContaining([
        '--web.enable-remote-write-receiver',
        expect.stringMatching(/^--enable-feature=(.*,)?exemplar-storage(,|$)/),
      ]),
    );
  });

  it('reads changed rules by itself: nobody can reload or end it by HTTP', () => {
    const flags = services['prometheus']!.entrypoint!;
    expect(flags).not.toContain('--web.enable-lifecycle');
    expect(flags).toContainEqual(expect.stringMatching(/^--enable-feature=(.*,)?auto-reload-config(,|$)/));
    expect(flags).toContain('--config.auto-reload-interval=10s');
  });

  it('sends alerts to Alertmanager, and reads the folder of rules', () => {
    expect(prometheus.alerting.alertmanagers).toEqual([
      { static_configs: [{ targets: [`alertmanager:${address['alertmanager']}`] }] },
    ]);
    expect(prometheus.rule_files).toEqual(['rules/*.yml', 'slo/*.yml']);
  });
});

describe("Grafana's data sources", () => {
  it('are these, each where it listens', () => {
    expect(datasources.map(({ uid, type, url }) => [uid, type, url])).toEqual(
      ['prometheus', 'tempo', 'loki', 'alertmanager'].map((name) => [name, name, `http://${name}:${address[name]}`]),
    );
  });

  it('link to data sources that are there', () => {
    const targets: string[] = [];
    JSON.stringify(datasources, (key, value: unknown) => {
      if (key === 'datasourceUid' || key === 'targetUID') targets.push(value as string);
      return value;
    });
    expect(targets).toHaveLength(5);
    expect(targets.filter((uid) => source(uid) === undefined)).toEqual([]);
  });

  it('lead from an exemplar to its trace', () => {
    // A list, and the label Tempo writes: `traceID`, unless trace_id_label_name says otherwise.
    expect(source('prometheus').jsonData.exemplarTraceIdDestinations).toEqual([
      { name: 'traceID', datasourceUid: 'tempo' },
    ]);
  });

  it('lead from a span to its logs and metrics, with some time around it', () => {
    const { tracesToLogsV2, tracesToMetrics } = source('tempo').jsonData;
    expect(tracesToLogsV2).toMatchObject({ datasourceUid: 'loki', customQuery: true });
    expect(tracesToLogsV2.query).toBe('{service_name="commandcenter"} | trace_id="$${__trace.traceId}"');
    for (const { spanStartTimeShift, spanEndTimeShift } of [tracesToLogsV2, tracesToMetrics]) {
      expect(spanStartTimeShift).toMatch(/^-\d+m$/);
      expect(spanEndTimeShift).toMatch(/^\d+m$/);
    }
  });

  it('lead from a log line to its trace and its run', () => {
    // `regex` in place of matcherRegex would be ignored without a word.
    for (const field of source('loki').jsonData.derivedFields) expect(field).not.toHaveProperty('regex');
    expect(source('loki').jsonData.derivedFields).toMatchObject([
      { matcherType: 'label', matcherRegex: 'trace_id', datasourceUid: 'tempo', url: '$${__value.raw}' },
      {
        matcherType: 'label',
        matcherRegex: attribute.workflowRunId.replaceAll('.', '_'),
        url: '${COMMANDCENTER_PUBLIC_URL}/runs/$${__value.raw}',
      },
    ]);
  });

  it('lead from a span to the page of its run', () => {
    const [correlation] = source('tempo').correlations;
    expect(correlation).toMatchObject({ type: 'external', config: { field: 'traceID' } });
    expect(correlation.config.target.url).toBe(
      `\${COMMANDCENTER_PUBLIC_URL}/runs/$\${__span.tags["${attribute.workflowRunId}"]}`,
    );
  });

  it('escape every dollar but those of variables that Grafana is given', () => {
    const known = Object.keys(services['grafana']!.environment!);
    const open = texts(datasources).flatMap((text) => [...text.replaceAll('$$', '').matchAll(/\$\{?(\w+)\}?/g)]);
    expect(open.length).toBeGreaterThan(0);
    expect(open.map(([, name]) => name!).filter((name) => !known.includes(name))).toEqual([]);
  });

  it("knows the interval of the hub's scrape", () => {
    expect(source('prometheus').jsonData.timeInterval).toBe(hubJob.scrape_interval);
  });
});

describe('public addresses', () => {
  it("reach Grafana, the data sources and the hub's pages", () => {
    const given = '${GRAFANA_PUBLIC_URL:-';
    expect(services['hub']!.environment!['COMMANDCENTER_GRAFANA_URL']).toBe(`${given}}`);
    expect(services['grafana']!.environment).toMatchObject({
      GF_SERVER_ROOT_URL: `${given}http://127.0.0.1:3003}`,
      COMMANDCENTER_PUBLIC_URL: '${COMMANDCENTER_PUBLIC_URL:-http://127.0.0.1:3000}',
    });
  });

  it('stand in dashboards as the line in docker-compose.yml that changes them says', () => {
    const [, address] = /sed -i 's\|(.+?)\|/.exec(readFileSync('docker-compose.yml', 'utf8'))!;
    for (const text of generatedFiles().values()) {
      const hub = (JSON.parse(text) as any).templating.list.find(({ name }: any) => name === 'hub_url');
      expect([hub.type, hub.query, hub.current.value, hub.current.text]).toEqual([
        'textbox',
        address,
        address,
        address,
      ]);
      expect(text.match(/https?:\/\/[^"/]+/g)!.filter((url) => url !== address)).toEqual([]);
    }
  });
});

describe("Grafana's dashboards", () => {
  const { environment } = services['grafana']!;
  const { path } = dashboards.providers[0].options;
  const generated = mountsOf(services['grafana']!).find(({ target }) => target === path)!;

  it('are the generated ones, in the folder CommandCenter', () => {
    expect(generated.source).toMatch(/observability\/grafana\/dashboards\/generated$/);
    expect(dashboards.providers).toMatchObject([{ folder: 'CommandCenter', type: 'file', allowUiUpdates: false }]);
  });

  it('begin with one that is there', () => {
    const home = environment!['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!;
    expect(home.startsWith(`${path}/`)).toBe(true);
    expect(readdirSync(generated.source)).toContain(home.slice(path.length + 1));
  });
});

it('Tempo labels span metrics with attributes that spans have', () => {
  const known: readonly string[] = Object.values(attribute);
  const { dimensions } = tempo.metrics_generator.processor.span_metrics;
  expect(dimensions.filter((name: string) => !known.includes(name))).toEqual([]);
});

it('Loki opens streams by service and environment only', () => {
  const { ignore_defaults, attributes_config } = loki.limits_config.otlp_config.resource_attributes;
  expect([ignore_defaults, attributes_config]).toEqual([
    true,
    [{ action: 'index_label', attributes: ['service.name', 'deployment.environment.name'] }],
  ]);
});
