import type { RunSummary } from '../../runs/index.js';
import { grafanaLinks } from './grafana-links.js';

const run = {
  createdAt: '2026-11-23T14:00:00.000Z',
  finishedAt: '2026-11-23T14:10:00.000Z',
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
} as RunSummary;
const at = (iso: string) => String(Date.parse(iso));
const panes = (link: string) =>
  JSON.parse(new URL(link).searchParams.get('panes')!) as { run: { queries: Record<string, unknown>[] } };

describe('links to Grafana', () => {
  const links = grafanaLinks('http://127.0.0.1:3003', run)!;

  it('open the trace and the log lines of the run in Explore, around its time', () => {
    for (const link of [links.trace, links.logs]) {
      expect(link).toMatch(/^http:\/\/127\.0\.0\.1:3003\/explore\?schemaVersion=1&panes=%7B/);
      expect(panes(link).run).toMatchObject({
        range: { from: at('2026-11-23T13:55:00Z'), to: at('2026-11-23T14:15:00Z') },
      });
    }
    expect(panes(links.trace).run).toMatchObject({
      datasource: 'tempo',
      queries: [{ refId: 'A', datasource: { type: 'tempo', uid: 'tempo' }, queryType: 'traceql', query: run.traceId }],
    });
    expect(panes(links.logs).run).toMatchObject({
      datasource: 'loki',
      queries: [
        {
          datasource: { type: 'loki', uid: 'loki' },
          expr: `{service_name="commandcenter"} | trace_id="${run.traceId}"`,
        },
      ],
    });
  });

  it('go on to now while the run is open, and keep the path Grafana is served under', () => {
    const { trace } = grafanaLinks('https://ops.example/grafana/', { ...run, finishedAt: null })!;
    expect(trace).toMatch(/^https:\/\/ops\.example\/grafana\/explore\?/);
    expect(panes(trace).run).toMatchObject({ range: { to: 'now' } });
  });

  it('are none without a trace', () => {
    expect(grafanaLinks('http://127.0.0.1:3003', { ...run, traceId: null })).toBeUndefined();
  });
});
