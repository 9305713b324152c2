import { actionsOf, agentInfo, type Plugin } from '@commandcenter/sdk';
import { type Provider, Scope } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import semver from 'semver';
import { CcError, type Problem } from '../errors/index.js';
import { aboutInjection, injected } from './check-injection.js';
import { aboutMetrics } from './metrics/check-metrics.js';
import { aboutRoutes } from './routes/check-routes.js';

const namePattern = /^[a-z][a-z0-9-]*$/;
const nameRule = 'lower case letters, digits and dashes, a letter first';
/** What the grammar of workflows takes after the dot in \`uses\`. */
const actionPattern = /^[a-z][A-Za-z0-9_-]*$/;
const actionRule = 'letters, digits, dashes and underscores, a lower case letter first';

/** What the type of `definePlugin` promises, for plugins written without types. Every problem is told at once. */
export function checkManifest(use: string, manifest: Plugin): void {
  const problems = [
    ...aboutItself(manifest),
    ...lists(manifest),
    ...aboutProviders(manifest),
    ...aboutAgents(manifest),
    ...aboutRoutes(manifest),
    ...aboutMetrics(manifest),
    ...aboutInjection(manifest),
  ];
  if (problems.length === 0) return;
  const list = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new CcError('CC_PLUGIN_MANIFEST_INVALID', `The manifest of plugin "${use}" is wrong: ${list}`, { problems });
}

function* aboutItself({ name, version, hub, options }: Plugin): Generator<Problem> {
  if (!matches(name)) yield { path: 'name', message: `${show(name)} is not a name: ${nameRule}` };
  if (semver.valid(version) === null)
    yield { path: 'version', message: `${show(version)} is not a version like 1.0.0` };
  if (typeof hub !== 'string' || semver.validRange(hub) === null) {
    yield { path: 'hub', message: `${show(hub)} is not a range of hub versions like ^1.0.0` };
  }
  if (options !== undefined && !isSchema(options)) yield { path: 'options', message: notASchema };
}

function* lists(manifest: Plugin): Generator<Problem> {
  if (!Array.isArray(manifest.agents)) yield { path: 'agents', message: 'is missing; give a list, which may be empty' };
  if (manifest.providers !== undefined && !Array.isArray(manifest.providers)) {
    yield { path: 'providers', message: 'must be a list' };
  }
  const secrets: unknown = manifest.permissions?.secrets ?? [];
  if (!Array.isArray(secrets) || secrets.some((name) => typeof name !== 'string')) {
    yield { path: 'permissions.secrets', message: 'must be a list of names' };
  }
}

/** Nest would apply these to the whole hub, wherever they are provided. */
const hubWide: readonly unknown[] = [APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE];

function* aboutProviders(manifest: Plugin): Generator<Problem> {
  for (const { path, provider } of injected(manifest)) {
    const token: unknown = (provider as { provide?: unknown } | null)?.provide;
    if (hubWide.includes(token)) yield { path, message: `${String(token)} would act on the whole hub` };
    if (scopeOf(provider as Provider) === Scope.REQUEST) {
      yield { path, message: 'is request-scoped; a step is not an HTTP request, make it a singleton' };
    }
  }
}

function scopeOf(provider: Provider): Scope | undefined {
  if (typeof provider !== 'function') return (provider as { scope?: Scope } | null)?.scope;
  const options = Reflect.getMetadata('scope:options', provider) as { readonly scope?: Scope } | undefined;
  return options?.scope;
}

function* aboutAgents({ agents }: Plugin): Generator<Problem> {
  if (!Array.isArray(agents)) return;
  for (const [index, type] of agents.entries()) {
    const info = agentInfo(type);
    if (info === undefined) {
      yield { path: `agents.${index}`, message: `${show((type as { name?: unknown })?.name ?? type)} has no @Agent` };
      continue;
    }
    const path = `agents.${info.id}`;
    if (!matches(info.id)) yield { path, message: `${show(info.id)} is not an id: ${nameRule}` };
    if (!isText(info.title)) yield { path: `${path}.title`, message: 'is missing' };
    const actions = actionsOf(type);
    if (actions.length === 0) yield { path, message: 'has no method with @Action' };
    for (const action of actions) yield* aboutAction(`${path}.${action.id}`, action);
  }
}

function* aboutAction(path: string, action: ReturnType<typeof actionsOf>[number]): Generator<Problem> {
  if (!matches(action.id, actionPattern)) yield { path, message: `${show(action.id)} is not an id: ${actionRule}` };
  if (!isText(action.title)) yield { path: `${path}.title`, message: 'is missing' };
  if (!isSchema(action.input)) yield { path: `${path}.input`, message: notASchema };
  if (!isSchema(action.output)) yield { path: `${path}.output`, message: notASchema };
}

const notASchema = 'must be a Standard Schema that gives JSON Schema too, such as one of zod 4.2 or later';

function isSchema(value: unknown): boolean {
  const standard = (value as { '~standard'?: { validate?: unknown; jsonSchema?: { input?: unknown } } } | undefined)?.[
    '~standard'
  ];
  return typeof standard?.validate === 'function' && typeof standard.jsonSchema?.input === 'function';
}

const matches = (value: unknown, pattern = namePattern) => typeof value === 'string' && pattern.test(value);
const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '';
const show = (value: unknown) => JSON.stringify(value) ?? String(value);
