import type { RunSummary } from '../../runs/index.js';

const aroundMs = 5 * 60_000;

export interface GrafanaLinks {
  readonly trace: string;
  readonly logs: string;
}

/** Grafana's Explore at the trace and the log lines of a run; nothing without a trace. */
export function grafanaLinks(grafana: string, run: RunSummary): GrafanaLinks | undefined {
  if (run.traceId === null) return undefined;
  const range = {
    from: String(Date.parse(run.createdAt) - aroundMs),
    to: run.finishedAt === null ? 'now' : String(Date.parse(run.finishedAt) + aroundMs),
  };
  const explore = (datasource: 'tempo' | 'loki', query: object) => {
    const queries = [{ refId: 'A', datasource: { type: datasource, uid: datasource }, ...query }];
    const panes = JSON.stringify({ run: { datasource, queries, range } });
    return `${grafana.replace(/\/+$/, '')}/explore?schemaVersion=1&panes=${encodeURIComponent(panes)}`;
  };
  return {
    trace: explore('tempo', { queryType: 'traceql', query: run.traceId }),
    logs: explore('loki', {
      queryType: 'range',
      expr: `{service_name="commandcenter"} | trace_id="${run.traceId}"`,
    }),
  };
}
