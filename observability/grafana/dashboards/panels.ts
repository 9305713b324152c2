import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmaps from '@grafana/grafana-foundation-sdk/heatmap';
import * as pies from '@grafana/grafana-foundation-sdk/piechart';
import type { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { thresholds } from './look.ts';

/** What no panel may leave out. */
export interface About {
  readonly title: string;
  /** What it shows, how to read it, what is normal. */
  readonly description: string;
  readonly unit: string;
  /** What stands there when there is nothing to show. */
  readonly noValue: string;
  /** In columns of 24 and in rows of 30 pixels. */
  readonly size: readonly [width: number, height: number];
  readonly targets: readonly DataqueryBuilder[];
}

/** What the builders of all kinds of panels have in common. */
interface AnyPanel extends Builder<Panel> {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: common.DataSourceRef): this;
  unit(unit: string): this;
  noValue(noValue: string): this;
  span(width: number): this;
  height(height: number): this;
  targets(targets: Builder<Dataquery>[]): this;
}

export const datasource = { type: 'prometheus', uid: '${datasource}' };

function panel<B extends AnyPanel>(builder: B, about: About): B {
  const targets = about.targets.map((target, index) => target.refId(String.fromCharCode(65 + index)));
  return builder
    .title(about.title)
    .description(about.description)
    .unit(about.unit)
    .noValue(about.noValue)
    .span(about.size[0])
    .height(about.size[1])
    .datasource(datasource)
    .targets(targets.map((target) => target.datasource(datasource)));
}

const tooltip = () =>
  new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending);
const byName = () => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);

/** Lines; the legend is a table of `calcs`, the series that matter most first. */
export function lines(about: About, calcs: readonly string[] = ['lastNotNull', 'mean', 'max']): TimeseriesBuilder {
  const legend = new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.Table)
    .placement(common.LegendPlacement.Bottom)
    .calcs([...calcs]);
  return (
    panel(new TimeseriesBuilder(), about)
      .min(0)
      .thresholds(thresholds('green'))
      .colorScheme(byName())
      .lineWidth(2)
      .fillOpacity(8)
      // A point that has no neighbour would not be seen as a line.
      .showPoints(common.VisibilityMode.Auto)
      .legend(legend)
      .tooltip(tooltip())
  );
}

/** Bars on one another: together they are the whole. */
export function bars(about: About, calcs?: readonly string[]): TimeseriesBuilder {
  return lines(about, calcs)
    .drawStyle(common.GraphDrawStyle.Bars)
    .lineWidth(0)
    .fillOpacity(80)
    .showPoints(common.VisibilityMode.Never)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
}

/** A dashed line where the thresholds are. */
export const dashes = () => new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed);

export function figure(about: About): StatBuilder {
  return panel(new StatBuilder(), about)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value);
}

export function pie(about: About): pies.PanelBuilder {
  const legend = new pies.PieChartLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.Table)
    .placement(common.LegendPlacement.Right)
    .values([pies.PieChartLegendValues.Value, pies.PieChartLegendValues.Percent]);
  return panel(new pies.PanelBuilder(), about)
    .pieType(pies.PieChartType.Donut)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .colorScheme(byName())
    .legend(legend)
    .tooltip(tooltip());
}

/** Buckets as Prometheus has them; `about.unit` is that of their boundaries. */
export function heatmap(about: About): heatmaps.PanelBuilder {
  const colour = new heatmaps.HeatmapColorOptionsBuilder()
    .mode(heatmaps.HeatmapColorMode.Scheme)
    .scheme('Oranges')
    .scale(heatmaps.HeatmapColorScale.Exponential)
    .exponent(0.5)
    .steps(64);
  return panel(new heatmaps.PanelBuilder(), about)
    .calculate(false)
    .color(colour)
    .cellGap(1)
    .filterValues(new heatmaps.FilterValueRangeBuilder().le(1e-9))
    .cellValues(new heatmaps.CellValuesBuilder().unit('short').decimals(0))
    .yAxis(new heatmaps.YAxisConfigBuilder().unit(about.unit).axisPlacement(common.AxisPlacement.Left))
    .tooltip(new heatmaps.HeatmapTooltipBuilder().mode(common.TooltipDisplayMode.Single).yHistogram(true))
    .showLegend();
}

export interface Column {
  readonly title: string;
  /** `Value #A` for the first target, or the name of a label. */
  readonly field: string;
  readonly properties?: DynamicConfigValue[];
}

/** One row per set of labels, `columns` in their order, the greatest of `sortBy` first. */
export function table(about: About, columns: readonly Column[], sortBy: string): TableBuilder {
  const positions = Object.fromEntries(columns.map(({ field }, index) => [field, index]));
  const titles = Object.fromEntries(columns.map(({ field, title }) => [field, title]));
  const built = panel(new TableBuilder(), about)
    .transformations([
      { id: 'merge', options: {} },
      { id: 'organize', options: { excludeByName: { Time: true }, indexByName: positions, renameByName: titles } },
    ])
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy).desc(true)])
    .filterable(true);
  for (const { title, properties } of columns) if (properties) built.overrideByName(title, properties);
  return built;
}

export const unit = (value: string, decimals?: number): DynamicConfigValue[] => [
  { id: 'unit', value },
  ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
];

/** A bar in the cell, from 0 to 1. */
export const gauge: DynamicConfigValue[] = [
  ...unit('percentunit', 1),
  { id: 'min', value: 0 },
  { id: 'max', value: 1 },
  { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
];
