import {
  type DynamicConfigValue,
  FieldColorModeId,
  type MatcherConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The same word has the same colour on every dashboard. */
const colours: Readonly<Record<string, string>> = {
  succeeded: 'green',
  failed: 'red',
  cancelled: '#8e8e8e',
  queued: 'yellow',
  running: 'blue',
  waiting: 'purple',
  paused: 'orange',
  p50: 'light-blue',
  p95: 'blue',
  p99: 'dark-purple',
  '4xx': 'orange',
  '5xx': 'red',
};

export interface Override {
  readonly matcher: MatcherConfig;
  readonly properties: DynamicConfigValue[];
}

export function override(name: string, ...properties: DynamicConfigValue[]): Override {
  return { matcher: { id: 'byName', options: name }, properties };
}

export const colour = (fixedColor: string) => ({ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor } });

export const coloured = (...names: string[]) => names.map((name) => override(name, colour(colours[name] ?? 'text')));

/** From the first colour on, each next one from its value upward. */
export function thresholds(base: string, ...steps: [from: number, colour: string][]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...steps.map(([value, color]) => ({ value, color }))]);
}

/** Cells of a table in the colours of thresholds. */
export const tinted = (steps: ThresholdsConfigBuilder): DynamicConfigValue[] => [
  { id: 'thresholds', value: steps.build() },
  { id: 'color', value: { mode: FieldColorModeId.Thresholds } },
];

/** Cells of a table with coloured text. */
export const text = (fixedColor: string): DynamicConfigValue[] => [
  colour(fixedColor),
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
];

const runsOf = (workflow: string) => ({
  title: `Runs of ${workflow}`,
  url: `\${hub_url}/runs?workflow=${workflow}`,
  targetBlank: true,
});

/** Cells that hold a workflow's id lead to its runs in the hub. */
export const runsOfCell: DynamicConfigValue = { id: 'links', value: [runsOf('${__value.raw}')] };

/** Lines and bars of workflows lead to their runs in the hub. */
export const runsOfSeries: Override = {
  matcher: { id: 'byType', options: 'number' },
  properties: [{ id: 'links', value: [runsOf('${__field.labels.workflow_id}')] }],
};
