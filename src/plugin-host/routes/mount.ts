import type { VerifierClass } from '@commandcenter/sdk';
import type { FactoryProvider, Type } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { guardedClass } from '../life/guarded.js';
import type { PluginLife } from '../life/plugin-life.js';
import type { LoadedPlugin } from '../loaded-plugin.js';
import { accessOf, classPaths, joined, nestKeys, routesOf } from './plugin-route.js';
import { RouteVerifier } from './route-verifier.js';

export interface MountedRoutes {
  readonly controllers: readonly Type<object>[];
  /** Gives the routes their verifiers when the plugin's providers are made. */
  readonly verifiers: FactoryProvider;
}

/**
 * A plugin's controllers below `/plugins/<name>`, each route with what the hub's guard must know. They are subclasses with
 * methods of their own: what is said of them must not be said of the plugin's classes, which may share methods.
 */
export function mountRoutes({ manifest }: LoadedPlugin, life: PluginLife): MountedRoutes {
  const bound = new Map<VerifierClass, RouteVerifier>();
  const verifierOf = (type: VerifierClass) => {
    const known = bound.get(type) ?? new RouteVerifier();
    bound.set(type, known);
    return known;
  };
  const controllers = (manifest.controllers ?? []).map((type) =>
    mounted(type as Type<object>, `plugins/${manifest.name}`, verifierOf, life),
  );
  const types = [...bound.keys()];
  const verifiers: FactoryProvider = {
    provide: Symbol(`verifiers of ${manifest.name}`),
    inject: types,
    useFactory: (...made: InstanceType<VerifierClass>[]) => types.forEach((type, n) => bound.get(type)!.bind(made[n]!)),
  };
  return { controllers, verifiers };
}

function mounted(
  type: Type<object>,
  prefix: string,
  verifierOf: (type: VerifierClass) => RouteVerifier,
  life: PluginLife,
): Type<object> {
  const mount = class extends guardedClass(type, life) {};
  Object.defineProperty(mount, 'name', { value: type.name });
  Reflect.defineMetadata(
    nestKeys.path,
    classPaths(type).map((path) => joined(prefix, path)),
    mount,
  );
  for (const route of routesOf(type)) {
    const door = route.door !== undefined && 'verify' in route.door ? verifierOf(route.door.verify) : undefined;
    const method = ownMethod(type, route.key, life);
    Object.defineProperty(mount.prototype, route.key, { value: method, configurable: true, writable: true });
    // Whatever the plugin said to Fastify itself is gone: access is the hub's to say.
    RouteConfig({ access: accessOf(route), ...(door !== undefined && { verifier: door }) })(
      mount.prototype,
      route.key,
      { value: method },
    );
  }
  return mount;
}

/** Does what the plugin's method does, and bears a copy of what decorators said of it. */
function ownMethod(type: Type<object>, key: string, life: PluginLife): object {
  const inherited = (type.prototype as Record<string, (...args: unknown[]) => unknown>)[key]!;
  const method = function (this: unknown, ...args: unknown[]) {
    if (life.failure !== undefined) throw life.failure;
    return inherited.apply(this, args);
  };
  Object.defineProperty(method, 'name', { value: key });
  for (const name of Reflect.getMetadataKeys(inherited) as string[]) {
    Reflect.defineMetadata(name, Reflect.getMetadata(name, inherited), method);
  }
  return method;
}
