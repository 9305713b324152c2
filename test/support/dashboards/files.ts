import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';

export const folder = resolve(import.meta.dirname, '../../../observability/grafana/dashboards');
const generated = join(folder, 'generated');

/** Name and text of every generated file, as it lies there. */
export function generatedFiles(): Map<string, string> {
  const names = readdirSync(generated).filter((name) => name.endsWith('.json'));
  return new Map(names.map((name) => [name, readFileSync(join(generated, name), 'utf8')]));
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: string;
  readonly interval?: string;
  readonly exemplar?: boolean;
  readonly datasource?: { uid?: string };
}

/** The dashboards as Grafana reads them. */
export function dashboards(): Dashboard[] {
  return [...generatedFiles().values()].map((text) => JSON.parse(text) as Dashboard);
}

export function panelsOf(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? []).map((panel) => {
    if (panel.type === 'row') throw new Error(`${dashboard.uid}: rows are not expected`);
    return panel as Panel;
  });
}

export const targetsOf = (panel: Panel) => (panel.targets ?? []) as unknown as Target[];
