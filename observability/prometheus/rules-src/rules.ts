import { stringify } from 'yaml';
import { agents } from './alerts/agents.ts';
import { http } from './alerts/http.ts';
import { hubs } from './alerts/hub.ts';
import { notifier } from './alerts/notifier.ts';
import { telemetry } from './alerts/telemetry.ts';
import { work } from './alerts/work.ts';
import { workflows } from './alerts/workflows.ts';
import { type AlertRule, type Group } from './rule.ts';
import { slo } from './slos.ts';

/** By the name of their file. */
export const groups: Readonly<Record<string, readonly Group[]>> = {
  workflows,
  work,
  http,
  agents,
  hub: hubs,
  notifier,
  telemetry,
  slo,
};

export const alerts: readonly AlertRule[] = Object.values(groups)
  .flat()
  .flatMap(({ rules }) => rules.filter((rule): rule is AlertRule => 'alert' in rule));

export const written = (content: unknown) =>
  `# Made by \`npm run rules\` out of rules-src/: change it there.\n${stringify(content, { lineWidth: 0 })}`;

/** Name and text of every file of rules. */
export const files: ReadonlyMap<string, string> = new Map(
  Object.entries(groups).map(([name, content]) => [`rules/${name}.yml`, written({ groups: content })]),
);
