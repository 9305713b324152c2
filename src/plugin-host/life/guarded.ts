import type { FactoryProvider, Provider, Type } from '@nestjs/common';
import type { PluginLife } from './plugin-life.js';

const startHooks = ['onModuleInit', 'onApplicationBootstrap'] as const;
const endHooks = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'] as const;

type Hook = (...args: unknown[]) => unknown;
/** As they were before they were guarded: a value can be the provider of more than one start. */
const originals = new WeakMap<object, Map<string, Hook>>();

/** A provider whose constructor or factory, and whose hooks, run through the plugin's life. */
export function guardedProvider(provider: Provider, life: PluginLife): Provider {
  if (typeof provider === 'function')
    return { provide: provider, useClass: guardedClass(provider as Type<object>, life) };
  if ('useClass' in provider) return { ...provider, useClass: guardedClass(provider.useClass as Type<object>, life) };
  if ('useFactory' in provider) return guardedFactory(provider, life);
  if ('useValue' in provider) return { ...provider, useValue: adopted(provider.useValue, life) as unknown };
  return provider;
}

/**
 * A class that is the given one for all who look (name, decorators, instanceof), and whose instances are inert when the
 * constructor throws. It inherits from the given one, since Nest finds what decorators said along the prototypes; it is
 * no `class`, since those cannot go on after a `super()` that threw.
 */
export function guardedClass(type: Type<object>, life: PluginLife): Type<object> {
  function guarded(...args: unknown[]): object {
    const self = new.target as unknown as Type<object>;
    const make = () => Reflect.construct(type, args, self) as object;
    const inert = () => Object.create(self.prototype as object) as object;
    return adopted(life.make(type.name, make, inert), life);
  }
  Object.setPrototypeOf(guarded, type);
  Object.defineProperty(guarded, 'name', { value: type.name });
  guarded.prototype = Object.create(type.prototype as object, { constructor: { value: guarded, writable: true, configurable: true } }); // prettier-ignore
  return guarded as unknown as Type<object>;
}

function guardedFactory(provider: FactoryProvider, life: PluginLife): FactoryProvider {
  const make = provider.useFactory as (...args: unknown[]) => unknown;
  const what = nameOf(provider.provide);
  const useFactory = async (...args: unknown[]) =>
    adopted(await life.produce<unknown>(what, () => make(...args), () => ({})), life); // prettier-ignore
  return { ...provider, useFactory };
}

/** Its hooks are guarded on the instance itself: that holds for hooks of every kind of class and object. */
function adopted<T>(instance: T, life: PluginLife): T {
  if (typeof instance !== 'object' || instance === null || !Object.isExtensible(instance)) return instance;
  const hooks = originals.get(instance) ?? new Map<string, Hook>();
  for (const name of [...startHooks, ...endHooks]) {
    const hook = hooks.get(name) ?? ((instance as Record<string, unknown>)[name] as Hook | undefined);
    if (typeof hook !== 'function') continue;
    hooks.set(name, hook);
    const what = `${name} of ${instance.constructor?.name ?? 'a provider'}`;
    const call = (args: unknown[]) => hook.apply(instance, args);
    const starts = (startHooks as readonly string[]).includes(name);
    const value = (...args: unknown[]) => (starts ? life.begin(what, () => call(args)) : life.end(what, () => call(args))); // prettier-ignore
    Object.defineProperty(instance, name, { value, configurable: true, writable: true, enumerable: false });
  }
  if (hooks.size > 0) originals.set(instance, hooks);
  return instance;
}

const nameOf = (token: unknown) => (typeof token === 'function' ? token.name : String(token));
