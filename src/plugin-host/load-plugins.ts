import { type Config, type PluginConfig, readHubVersion, type SecretSource } from '../config/index.js';
import { CcError, messageOf } from '../errors/index.js';
import { checkManifest } from './check-manifest.js';
import { checkHubVersion, checkOptions, checkPermissions, checkSecrets } from './check-plugin.js';
import { hung, importLimitMs, importPlugin } from './import-plugin.js';
import { inTime } from './life/in-time.js';
import { seriesOf } from './metrics/check-metrics.js';
import { loadAgents } from './load-agents.js';
import { loadWorkflows } from './load-workflows.js';
import type { LoadedPlugin, LoadedPlugins, SkippedPlugin } from './loaded-plugin.js';
import { resolvePlugin } from './resolve-plugin.js';

/** What loading reads of the configuration. */
export type PluginListing = Pick<Config, 'root' | 'plugins' | 'secrets'>;

/**
 * Imports and checks every listed plugin, before Nest makes anything. A plugin with `onError: skip` that fails is left
 * out and named; if any other fails the hub does not start, and all that failed are told at once.
 */
export async function loadPlugins(
  config: PluginListing,
  source: SecretSource,
  hubVersion = readHubVersion(),
): Promise<LoadedPlugins> {
  const loaded: LoadedPlugin[] = [];
  const skipped: SkippedPlugin[] = [];
  const failed: { readonly index: number; readonly error: CcError }[] = [];
  for (const [index, listing] of config.plugins.entries()) {
    try {
      const plugin = await loadPlugin(listing, config, source, hubVersion);
      refuseClash(plugin, loaded);
      refuseMetricClash(plugin, loaded);
      refuseWorkflowClash(plugin, loaded);
      loaded.push(plugin);
    } catch (thrown) {
      const error = coded(listing.use, thrown);
      if (listing.onError === 'skip') skipped.push({ use: listing.use, reason: error });
      else failed.push({ index, error });
    }
  }
  if (failed.length > 0) throw together(failed);
  return { loaded, skipped };
}

async function loadPlugin(
  listing: PluginConfig,
  config: PluginListing,
  source: SecretSource,
  hubVersion: string,
): Promise<LoadedPlugin> {
  const { use } = listing;
  const manifest = await importPlugin(use, resolvePlugin(use, config.root));
  checkManifest(use, manifest);
  checkHubVersion(manifest, hubVersion);
  checkPermissions(manifest);
  checkSecrets(manifest, listing.secrets, config.secrets, source);
  const late = () => hung(use, 'the checks of its options', importLimitMs);
  const options = await inTime(importLimitMs, checkOptions(manifest, listing.options), late);
  const agents = loadAgents(manifest);
  const workflows = loadWorkflows(manifest);
  const { onError } = listing;
  return { use, manifest, options, grants: new Set(listing.secrets), agents, workflows, onError };
}

function refuseClash(plugin: LoadedPlugin, earlier: readonly LoadedPlugin[]): void {
  const { name } = plugin.manifest;
  const twin = earlier.find((other) => other.manifest.name === name);
  if (twin !== undefined) {
    throw new CcError(
      'CC_PLUGIN_DUPLICATE',
      `"${twin.use}" and "${plugin.use}" are both plugin ${name}; list one of them`,
    );
  }
  const ids = new Map(earlier.flatMap((other) => other.agents.map((agent) => [agent.id, other.manifest.name])));
  for (const { id } of plugin.agents) {
    const owner = ids.get(id);
    if (owner !== undefined) {
      throw new CcError(
        'CC_PLUGIN_AGENT_CLASH',
        `Plugins ${owner} and ${name} both offer agent ${id}; list one of them`,
      );
    }
    ids.set(id, name);
  }
}

/** Plugins `a` and `a-b` may both think that `a_b_total` is theirs. */
function refuseMetricClash({ manifest }: LoadedPlugin, earlier: readonly LoadedPlugin[]): void {
  const taken = new Map(earlier.flatMap((other) => seriesOfPlugin(other.manifest).map((name) => [name, other.use])));
  const clash = seriesOfPlugin(manifest).find((series) => taken.has(series));
  if (clash === undefined) return;
  throw new CcError(
    'CC_PLUGIN_MANIFEST_INVALID',
    `Plugin ${manifest.name} has the metric ${clash}, and so has "${taken.get(clash)}"; list one of them`,
    { problems: [{ path: 'metrics', message: `${clash} is also a series of "${taken.get(clash)}"` }] },
  );
}

function refuseWorkflowClash({ manifest, workflows }: LoadedPlugin, earlier: readonly LoadedPlugin[]): void {
  const taken = new Map(earlier.flatMap((other) => other.workflows.map(({ id }) => [id, other.manifest.name])));
  const clash = workflows.find(({ id }) => taken.has(id));
  if (clash === undefined) return;
  throw new CcError(
    'CC_WORKFLOW_OWNED',
    `Plugins ${taken.get(clash.id)} and ${manifest.name} both bring a workflow "${clash.id}"; list one of them`,
  );
}

function seriesOfPlugin({ metrics = {} }: LoadedPlugin['manifest']): string[] {
  return Object.entries(metrics).flatMap(([name, spec]) => [...seriesOf(name, spec)]);
}

/** A check may run the plugin's own code (its schemas), which may throw anything. */
function coded(use: string, thrown: unknown): CcError {
  if (thrown instanceof CcError) return thrown;
  return new CcError('CC_PLUGIN_FAILED', `Plugin "${use}" threw while it was checked: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}

function together(failed: readonly { readonly index: number; readonly error: CcError }[]): CcError {
  const [first] = failed;
  if (failed.length === 1 && first !== undefined) return first.error;
  const problems = failed.map(({ index, error }) => ({
    path: `plugins.${index}`,
    message: error.message,
    code: error.code,
  }));
  const list = failed.map(({ error }) => `${error.code}: ${error.message}`).join('\n');
  return new CcError(first?.error.code ?? 'CC_PLUGIN_FAILED', `${failed.length} plugins do not load:\n${list}`, {
    problems,
  });
}
