import type { Plugin } from '@commandcenter/sdk';
import type { Type } from '@nestjs/common';
import type { Problem } from '../../errors/index.js';
import { roles } from '../../identity/index.js';
import { nestKeys, type PluginRoute, routesOf } from './plugin-route.js';

/** A word, `:parameter`, or a `*rest`. Nothing that a URL or Nest reads in another way: dots alone, escapes, groups. */
const segment = /^(\.?[A-Za-z0-9_~-][A-Za-z0-9_.~-]*|:[A-Za-z_]\w*|\*\w*)$/;
const accesses: readonly unknown[] = [...roles, 'approver'];

/** Everything wrong with a plugin's controllers, but for what their constructors ask for. */
export function* aboutRoutes({ controllers = [], providers = [] }: Plugin): Generator<Problem> {
  if (!Array.isArray(controllers)) {
    yield { path: 'controllers', message: 'must be a list of classes' };
    return;
  }
  const own = Array.isArray(providers) ? new Set<unknown>(providers.map(tokenOf)) : new Set();
  const seen = new Set<string>();
  for (const [index, controller] of (controllers as readonly Type<object>[]).entries()) {
    const path = `controllers.${index}`;
    const asController = typeof controller === 'function' && Reflect.hasMetadata(nestKeys.controller, controller);
    if (!asController) {
      yield { path, message: 'is not a class with @Controller' };
      continue;
    }
    yield* aboutController(path, controller);
    for (const route of routesOf(controller)) yield* aboutRoute(`${path}.${route.key}`, route, own, seen);
  }
}

function* aboutController(path: string, controller: Type<object>): Generator<Problem> {
  for (const name of ['host', 'version'] as const) {
    if (Reflect.getMetadata(nestKeys[name], controller) !== undefined) {
      yield { path, message: `has a ${name}; routes of plugins are told apart by path and method alone` };
    }
  }
}

function* aboutRoute(path: string, route: PluginRoute, own: Set<unknown>, seen: Set<string>): Generator<Problem> {
  const parts = route.path.split('/').slice(1);
  if (parts.some((part) => !segment.test(part))) {
    yield { path, message: `${JSON.stringify(route.path)} is no path: words, :parameters and *rest between slashes` };
  }
  const handler = (route.controller.prototype as Record<string, object>)[route.key]!;
  if (Reflect.getMetadata(nestKeys.version, handler) !== undefined) {
    yield { path, message: 'has a version; routes of plugins are told apart by path and method alone' };
  }
  const same = `${route.method} ${parts.map((part) => (part.startsWith(':') ? ':' : part)).join('/')}`;
  if (seen.has(same)) yield { path, message: `${route.method} ${route.path} is there twice` };
  seen.add(same);
  const { door } = route;
  if (door === undefined) return;
  if ('verify' in door) {
    const { verify } = door;
    if (!own.has(verify)) {
      const name = typeof verify === 'function' ? verify.name : String(verify);
      yield { path, message: `@Public({ verify: ${name} }): ${name} is not among the plugin's providers` };
    }
  } else if (!accesses.includes(door.role)) {
    yield { path, message: `@Role(${JSON.stringify(door.role)}): there are ${accesses.join(', ')}` };
  }
}

const tokenOf = (provider: unknown): unknown =>
  typeof provider === 'function' ? provider : (provider as { provide?: unknown } | null)?.provide;
