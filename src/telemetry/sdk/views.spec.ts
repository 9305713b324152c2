import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { ScrapeExporter } from './scrape-exporter.js';
import { views } from './views.js';

describe('the views on what the SDK counts', () => {
  const reader = new ScrapeExporter();
  const meter = new MeterProvider({ readers: [reader], views }).getMeter('calls');
  const seen = async (name: string) => {
    const { resourceMetrics } = await reader.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    return metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints.map((point) => point.attributes);
  };

  it('know no address that was asked: a thousand of them are one series', async () => {
    const duration = meter.createHistogram('http.client.request.duration');
    for (let n = 0; n < 1_000; n++) {
      duration.record(0.1, {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'server.address': `host-${n}`,
        'server.port': n,
        'url.scheme': 'https',
      });
    }
    duration.record(0.1, { 'http.request.method': 'POST', 'error.type': 'ECONNREFUSED', 'server.address': 'x' });
    expect(await seen('http.client.request.duration')).toEqual([
      { 'http.request.method': 'GET', 'http.response.status_code': 200 },
      { 'http.request.method': 'POST', 'error.type': 'ECONNREFUSED' },
    ]);
  });

  it('keep all of a query but where the database is', async () => {
    const query = { 'db.operation.name': 'SELECT', 'db.namespace': 'hub', 'db.system.name': 'postgresql', 'error.type': 'x' }; // prettier-ignore
    meter
      .createHistogram('db.client.operation.duration')
      .record(1, { ...query, 'server.address': 'db', 'server.port': 5432 });
    expect(await seen('db.client.operation.duration')).toEqual([query]);
  });

  it('drop the gauge of pools that is wrong', async () => {
    meter.createUpDownCounter('db.client.connection.count').add(1);
    expect(await seen('db.client.connection.count')).toBeUndefined();
  });
});
