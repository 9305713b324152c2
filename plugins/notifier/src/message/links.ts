import type { GroupItem } from '../item.js';
import type { NotifierOptions } from '../options.js';

export type LinkOptions = NotifierOptions['links'];

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** Slack refuses a button with a longer one. */
const LONGEST_URL = 3_000;
/** Shown before the start and behind the end of an alert, ms. */
const MARGIN_MS = 30 * 60_000;

/** Where to look next. Only what is an http or https address. */
export function linksOf(group: GroupItem, options: LinkOptions): Link[] {
  const first = group.alerts.find(({ status }) => status === 'firing') ?? group.alerts[0];
  const said = (name: string) => text(group.commonAnnotations, name) ?? text(first?.annotations, name);
  const from = Math.min(...group.alerts.map(({ startsAt }) => Date.parse(startsAt))) - MARGIN_MS;
  const ends = group.alerts.map(({ endsAt }) => Date.parse(endsAt)).filter((end) => end > from);
  const to = group.status === 'resolved' && ends.length > 0 ? String(Math.max(...ends) + MARGIN_MS) : 'now';
  const workflow = text(group.commonLabels, 'workflow_id') ?? text(first?.labels, 'workflow_id');
  const window = { from: String(from), to };
  const candidates: [string, string | undefined][] = [
    ['Runbook', said('runbook_url')],
    ['Dashboard', withWindow(said('dashboard_url'), window)],
    ['Traces', explore(options.grafana, 'tempo', { queryType: 'traceql', query: traceQuery(workflow) }, window)],
    [
      'Logs',
      explore(options.grafana, 'loki', { expr: '{service_name="commandcenter"} | severity_number >= 13' }, window),
    ],
    ['Silence', group.status === 'firing' ? silence(options.alertmanager ?? group.externalURL, group) : undefined],
    ['Query', first?.generatorURL],
  ];
  return candidates.flatMap(([title, url]) => (isWeb(url) ? [{ title, url }] : []));
}

function traceQuery(workflow: string | undefined): string {
  const of = workflow === undefined ? '' : ` && span.workflow.id=${JSON.stringify(workflow)}`;
  return `{ name="workflow.execute" && status=error${of} }`;
}

function withWindow(url: string | undefined, window: { from: string; to: string }): string | undefined {
  if (!isWeb(url)) return undefined;
  const parsed = new URL(url);
  parsed.searchParams.set('from', window.from);
  parsed.searchParams.set('to', window.to);
  return parsed.href;
}

function explore(grafana: string | undefined, uid: string, query: object, range: object): string | undefined {
  if (grafana === undefined) return undefined;
  const panes = JSON.stringify({
    a: { datasource: uid, queries: [{ refId: 'A', ...query, datasource: { type: uid, uid } }], range },
  });
  return `${grafana.replace(/\/+$/, '')}/explore?schemaVersion=1&panes=${encodeURIComponent(panes)}`;
}

function silence(alertmanager: string, { groupLabels, commonLabels }: GroupItem): string {
  const labels = Object.entries(groupLabels).length > 0 ? groupLabels : commonLabels;
  const filter = Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
  return `${alertmanager.replace(/\/+$/, '')}/#/silences/new?filter=${encodeURIComponent(`{${filter}}`)}`;
}

function isWeb(url: string | undefined): url is string {
  if (url === undefined || url.length > LONGEST_URL || !URL.canParse(url)) return false;
  const { protocol, href } = new URL(url);
  return /^https?:$/.test(protocol) && href.length <= LONGEST_URL && !/[\s<>]/.test(url);
}

function text(values: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}
