import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** A line per series over the chosen time. */
export const range = (expression: string, legend: string) =>
  new DataqueryBuilder().expr(expression).legendFormat(legend).range();

/** One figure per series, at the end of the chosen time. */
export const instant = (expression: string, legend: string) =>
  new DataqueryBuilder().expr(expression).legendFormat(legend).instant();

/** A column of a table: `Value #A` of the first, `Value #B` of the second ... */
export const column = (expression: string) =>
  new DataqueryBuilder().expr(expression).format(PromQueryFormat.Table).instant();

/** Buckets, lowest first. */
export const cells = (expression: string) =>
  new DataqueryBuilder().expr(expression).legendFormat('{{le}}').format(PromQueryFormat.Heatmap).range();
