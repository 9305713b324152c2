import { type RouteDoor, doorOf, type Plugin } from '@commandcenter/sdk';
import { RequestMethod, type Type } from '@nestjs/common';
import type { Access } from '../../identity/index.js';

/** Under the keys Nest's decorators write; texts, so that they hold for a plugin's own copy of Nest too. */
export const nestKeys = {
  controller: '__controller__',
  path: 'path',
  method: 'method',
  host: 'host',
  version: '__version__',
  enhancers: ['__guards__', '__interceptors__', '__pipes__', '__exceptionFilters__'],
} as const;

/** A plugin's route, as its classes say it. */
export interface PluginRoute {
  readonly controller: Type<object>;
  readonly key: string;
  readonly method: string;
  /** Below `/plugins/<name>`: empty, or with a slash in front. */
  readonly path: string;
  /** What was said of it; undefined = nothing. */
  readonly door: RouteDoor | undefined;
}

/** Every route of a controller. A method or a class can have several paths. */
export function routesOf(controller: Type<object>): PluginRoute[] {
  return methodNames(controller.prototype as object).flatMap((key) => {
    const handler = (controller.prototype as Record<string, object>)[key]!;
    const paths: unknown = Reflect.getMetadata(nestKeys.path, handler);
    if (paths === undefined) return [];
    const method = RequestMethod[Reflect.getMetadata(nestKeys.method, handler) as number] ?? '?';
    const door = doorOf(controller, key);
    return classPaths(controller).flatMap((outer) =>
      [paths].flat().map((inner) => ({ controller, key, method, path: joined(outer, String(inner)), door })),
    );
  });
}

export function allRoutes({ controllers = [] }: Plugin): PluginRoute[] {
  return controllers.flatMap((controller) => routesOf(controller as Type<object>));
}

export function classPaths(controller: Type<object>): string[] {
  return [Reflect.getMetadata(nestKeys.path, controller) ?? ''].flat().map(String);
}

/** Least role, `public` where the route asks for a proof itself, and admin where nothing was said. */
export function accessOf({ door }: PluginRoute): Access | 'public' {
  if (door === undefined) return 'admin';
  return 'verify' in door ? 'public' : door.role;
}

/** Parts between slashes, without the empty ones at the ends. */
export function joined(...parts: readonly string[]): string {
  return parts
    .map((part) => part.replace(/^\/|\/$/g, ''))
    .filter((part) => part !== '')
    .map((part) => `/${part}`)
    .join('');
}

/** As Nest looks for them: inherited ones too. */
export function methodNames(prototype: object): string[] {
  const names = new Set<string>();
  for (
    let at: object | null = prototype;
    at !== null && at !== Object.prototype;
    at = Reflect.getPrototypeOf(at) as object | null
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name !== 'constructor' && typeof value === 'function') names.add(name);
    }
  }
  return [...names];
}
