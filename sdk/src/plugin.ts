import type { Provider, Type } from '@nestjs/common';
import type { AgentClass } from './agent.js';
import { PLUGIN } from './brands.js';
import type { WorkflowDefinition } from './definition/index.js';
import type { MetricSpec } from './metrics.js';
import { type Ports, ports } from './ports.js';
import type { Schema } from './schema.js';

export interface Permissions {
  /** Secrets the plugin cannot work without; each must be granted in commandcenter.yaml. */
  readonly secrets?: readonly string[];
}

export interface PluginManifest {
  /** Lower case letters, digits, dashes; unique in a hub. */
  readonly name: string;
  /** The plugin's own version, semver. */
  readonly version: string;
  /** Range of hub versions it works with, like `^1.0.0`. */
  readonly hub: string;
  /** Schema of its options; without one it takes none. */
  readonly options?: Schema;
  readonly agents: readonly AgentClass[];
  readonly providers?: readonly Provider[];
  /** Routes under `/plugins/<name>/`, for admins unless `@Role` or `@Public` says otherwise. */
  readonly controllers?: readonly Type[];
  /** Workflows that come with the plugin, each with an id that is unique in the hub. */
  readonly workflows?: readonly WorkflowDefinition[];
  /** Its instruments by their Prometheus names, which start with the plugin's name (dashes as underscores) and `_`. */
  readonly metrics?: Readonly<Record<string, MetricSpec>>;
  readonly permissions?: Permissions;
}

/** A manifest sealed by `definePlugin`; default-export it. */
export type Plugin = PluginManifest & { readonly [PLUGIN]: { readonly ports: Ports } };

/** Seals a manifest. It is checked by the hub when it loads the plugin, so that every problem is told at once. */
export function definePlugin(manifest: PluginManifest): Plugin {
  return Object.freeze({ ...manifest, [PLUGIN]: Object.freeze({ ports }) });
}

/** Whether a value was made by `definePlugin` of any copy of this package. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && PLUGIN in value;
}

/** The tokens under which a plugin expects its ports: those of the copy of this package that made its manifest. */
export function portTokens(plugin: Plugin): Ports {
  return plugin[PLUGIN].ports;
}
