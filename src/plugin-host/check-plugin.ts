import type { Plugin } from '@commandcenter/sdk';
import semver from 'semver';
import type { PluginConfig, SecretSource } from '../config/index.js';
import { CcError } from '../errors/index.js';
import { isPromiseLike, problemsOf, summaryOf } from './validate.js';

export function checkHubVersion({ name, hub }: Plugin, hubVersion: string): void {
  if (semver.satisfies(hubVersion, hub, { includePrerelease: true })) return;
  throw new CcError(
    'CC_PLUGIN_HUB_VERSION',
    `Plugin ${name} works with hub ${hub}, this is ${hubVersion}; install a version of the plugin made for it`,
  );
}

export function checkPermissions({ name, permissions = {} }: Plugin): void {
  const unknown = Object.keys(permissions).filter((permission) => permission !== 'secrets');
  if (unknown.length === 0) return;
  throw new CcError(
    'CC_PLUGIN_PERMISSION_NOT_BUILT',
    `Plugin ${name} asks for ${unknown.map((p) => `permissions.${p}`).join(', ')}; this hub enforces only permissions.secrets, and grants nothing it cannot enforce`,
  );
}

/** What the plugin needs it was granted, what it was granted the hub knows, and what it needs has a value. */
export function checkSecrets(
  { name, permissions }: Plugin,
  granted: PluginConfig['secrets'],
  listed: readonly string[],
  source: SecretSource,
): void {
  const needed = permissions?.secrets ?? [];
  const missing = needed.filter((secret) => !granted.includes(secret));
  if (missing.length > 0) {
    throw new CcError(
      'CC_PLUGIN_SECRET_NOT_GRANTED',
      `Plugin ${name} needs ${missing.join(', ')}; add it to the plugin's "secrets:" in commandcenter.yaml if you trust the plugin with it`,
    );
  }
  const unlisted = granted.filter((secret) => !listed.includes(secret));
  if (unlisted.length > 0) {
    throw new CcError(
      'CC_SECRET_UNKNOWN',
      `Plugin ${name} is granted ${unlisted.join(', ')}, which is not under the top-level "secrets:" of commandcenter.yaml; add it there too`,
    );
  }
  const empty = needed.filter((secret) => source(secret) === undefined);
  if (empty.length > 0) {
    throw new CcError(
      'CC_SECRET_UNKNOWN',
      `Plugin ${name} needs ${empty.join(', ')}, which has no value; set it, or its name with _FILE, in the hub's environment`,
    );
  }
}

/** The plugin's options, defaults filled in and frozen. */
export async function checkOptions(
  { name, options: schema }: Plugin,
  given: PluginConfig['options'],
): Promise<unknown> {
  const keys = Object.keys(given);
  if (schema === undefined) {
    if (keys.length === 0) return Object.freeze({});
    const problems = keys.map((key) => ({ path: `options.${key}`, message: 'is not an option of this plugin' }));
    throw optionsInvalid(name, problems);
  }
  const checking = schema['~standard'].validate(structuredClone(given));
  const checked = isPromiseLike(checking) ? await checking : checking;
  if (checked.issues) throw optionsInvalid(name, problemsOf(checked.issues, 'options'));
  return frozen(checked.value);
}

/** Plain data only: a schema may have made objects with a life of their own. */
function frozen<T>(value: T): T {
  const plain = Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype;
  if (!plain) return value;
  for (const inner of Object.values(value as object)) frozen(inner);
  return Object.freeze(value);
}

function optionsInvalid(name: string, problems: ReturnType<typeof problemsOf>): CcError {
  return new CcError('CC_PLUGIN_OPTIONS_INVALID', `The options of plugin ${name} are wrong: ${summaryOf(problems)}`, {
    problems,
  });
}
