import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { instruments, seriesOf } from '../../../src/telemetry/names.ts';
import { datasource } from './panels.ts';
import { select } from './queries.ts';

const tag = 'commandcenter';

export interface Frame {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** What is chosen beside data source and job. */
  readonly choices: readonly QueryVariableBuilder[];
  readonly from: string;
  readonly refresh: string;
}

/** A choice of any number of values that a label has at this time; all of them at first. */
function choice(name: string, label: string, series: string, of: string, description: string): QueryVariableBuilder {
  return (
    new QueryVariableBuilder(name)
      .label(label)
      .description(description)
      .datasource(datasource)
      .query({ query: `label_values(${series}, ${of})`, refId: name })
      .definition(`label_values(${series}, ${of})`)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.NaturalAsc)
      .multi(true)
      .includeAll(true)
      // Also what has no value for the label, as a job that does not list every workflow.
      .allValue('.+')
      .current({ selected: true, text: ['All'], value: ['$__all'] })
  );
}

// Gauges are there before the first run has ended.
const [active = ''] = seriesOf(instruments.workflowsActive);
const job = choice('job', 'Job', active, 'job', 'The scrape job of the hubs');
export const workflow = choice('workflow', 'Workflow', select(instruments.workflowRuns), 'workflow_id', 'Workflows beyond the label budget are _other'); // prettier-ignore
export const agent = choice('agent', 'Agent', select(instruments.agentRuns), 'agent_id', 'The agents whose attempts are shown'); // prettier-ignore
export const instance = choice('instance', 'Instance', select(instruments.workflowsActive), 'instance', 'Replicas of the hub'); // prettier-ignore

/** The builder of the SDK would put it into a menu that is closed. */
function link(given: Pick<DashboardLink, 'title'> & Partial<DashboardLink>): Builder<DashboardLink> {
  const usual = { type: DashboardLinkType.Link, icon: '', tooltip: '', tags: [], asDropdown: false };
  const link = { ...usual, targetBlank: false, includeVars: false, keepTime: false, ...given };
  return { build: () => link };
}

/** A dashboard of ours: same variables, same links, panels from left to right and top to bottom. */
export function dashboard(frame: Frame, panels: readonly Builder<Panel>[]): Dashboard {
  const builder = new DashboardBuilder(frame.title)
    .uid(frame.uid)
    .description(frame.description)
    .tags([tag])
    .readonly()
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: frame.from, to: 'now' })
    .refresh(frame.refresh)
    .withVariable(
      new DatasourceVariableBuilder('datasource')
        .label('Data source')
        .type('prometheus')
        .current({ selected: true, text: 'Prometheus', value: 'prometheus' }),
    )
    .withVariable(job);
  for (const variable of frame.choices) builder.withVariable(variable);
  const hub = 'http://127.0.0.1:3000';
  builder
    .withVariable(
      new TextBoxVariableBuilder('hub_url')
        .label('Hub')
        .description('Where links to runs lead')
        .defaultValue(hub)
        .current({ selected: true, text: hub, value: hub }),
    )
    .link(
      link({
        title: 'CommandCenter',
        type: DashboardLinkType.Dashboards,
        tags: [tag],
        keepTime: true,
        includeVars: true,
      }),
    )
    .link(link({ title: 'Runs', icon: 'external link', url: '${hub_url}/runs', targetBlank: true }));
  for (const panel of panels) builder.withPanel(panel);
  const built = builder.build();
  for (const [index, panel] of (built.panels ?? []).entries()) panel.id = index + 1;
  return built;
}
