import { type Plugin, portTokens } from '@commandcenter/sdk';
import type { Problem } from '../errors/index.js';
import { methodNames, nestKeys } from './routes/plugin-route.js';

type Class = abstract new (...dependencies: never[]) => object;
/** Nest's own words for a provider, as far as its dependencies go. */
interface CustomProvider {
  readonly provide?: unknown;
  readonly useClass?: Class;
  readonly inject?: readonly unknown[];
}

type Injected = Class | CustomProvider;

/**
 * Whether all that a plugin's classes ask for is its own or a port. Nest would find out too, but late, with the whole
 * start lost; and it would hand out its own insides (ModuleRef, ModulesContainer), through which a plugin reaches the hub.
 */
export function* aboutInjection(manifest: Plugin): Generator<Problem> {
  const all = [...injected(manifest)];
  // Nobody can ask for a controller.
  const given = all.filter(({ path }) => !path.startsWith('controllers')).map(({ provider }) => tokenOf(provider));
  const known = new Set<unknown>([...Object.values(portTokens(manifest)), ...given]);
  for (const { path, provider } of [...all, ...enhancers(manifest)]) {
    for (const { place, token } of needsOf(provider)) {
      if (known.has(token)) continue;
      const message = isBlank(token)
        ? `${place} has no type Nest can see; compile with emitDecoratorMetadata, or say @Inject(...)`
        : `${place} is ${nameOf(token)}, which is neither among the plugin's providers nor a port of the hub`;
      yield { path, message };
    }
  }
}

/** All that Nest will make of a manifest, with its place. Lists that are none are told of elsewhere. */
export function* injected(manifest: Plugin): Generator<{ readonly path: string; readonly provider: Injected }> {
  for (const part of ['providers', 'agents', 'controllers'] as const) {
    const list: unknown = manifest[part] ?? [];
    if (!Array.isArray(list)) continue;
    for (const [index, provider] of (list as readonly Injected[]).entries()) {
      yield { path: `${part}.${index}`, provider };
    }
  }
}

/** Guards, pipes, interceptors and filters of controllers and their methods: Nest makes those that are classes. */
function* enhancers({ controllers }: Plugin): Generator<{ readonly path: string; readonly provider: Class }> {
  if (!Array.isArray(controllers)) return;
  for (const [index, controller] of (controllers as readonly unknown[]).entries()) {
    if (typeof controller !== 'function') continue;
    const prototype = controller.prototype as Record<string, object>;
    const targets = [controller, ...methodNames(prototype).map((name) => prototype[name]!)];
    for (const target of targets) {
      const used = nestKeys.enhancers.flatMap(
        (key) => (Reflect.getMetadata(key, target) as unknown[] | undefined) ?? [],
      );
      for (const provider of used) {
        if (typeof provider === 'function')
          yield { path: `controllers.${index}`, provider: provider as unknown as Class };
      }
    }
  }
}

interface Need {
  readonly place: string;
  readonly token: unknown;
}

function needsOf(provider: Injected): Need[] {
  const type = typeof provider === 'function' ? provider : provider?.useClass;
  if (typeof type === 'function') return [...parameters(type), ...properties(type)];
  const inject = (provider as CustomProvider | null)?.inject ?? [];
  return inject.flatMap((entry, index) => {
    const { token = entry, optional } = (typeof entry === 'object' ? (entry ?? {}) : {}) as {
      readonly token?: unknown;
      readonly optional?: boolean;
    };
    return optional === true ? [] : [{ place: `inject.${index}`, token: resolved(token) }];
  });
}

/** Under the keys Nest's decorators and the compiler write. */
function parameters(type: Class): Need[] {
  const types = metadata<readonly unknown[]>('design:paramtypes', type) ?? [];
  const marked =
    metadata<readonly { readonly index: number; readonly param: unknown }[]>('self:paramtypes', type) ?? [];
  const optional = metadata<readonly number[]>('optional:paramtypes', type) ?? [];
  const tokens = Array.from({ length: Math.max(types.length, type.length) }, (_, index) => types[index]);
  for (const { index, param } of marked) tokens[index] = param;
  return tokens.flatMap((token, index) => {
    const place = `parameter ${index + 1} of ${type.name}`;
    return optional.includes(index) ? [] : [{ place, token: resolved(token) }];
  });
}

function properties(type: Class): Need[] {
  const marked =
    metadata<readonly { readonly key: string; readonly type: unknown }[]>('self:properties_metadata', type) ?? [];
  const optional = metadata<readonly string[]>('optional:properties_metadata', type) ?? [];
  return marked
    .filter(({ key }) => !optional.includes(key))
    .map(({ key, type: token }) => ({ place: `${type.name}.${key}`, token: resolved(token) }));
}

const metadata = <T>(key: string, type: Class) => Reflect.getMetadata(key, type) as T | undefined;
const tokenOf = (provider: Injected) => (typeof provider === 'function' ? provider : provider?.provide);
const isBlank = (token: unknown) => token === undefined || token === Object;
const nameOf = (token: unknown) => (typeof token === 'function' ? token.name : String(token));

/** What `forwardRef(() => X)` stands for. */
function resolved(token: unknown): unknown {
  const forward = (token as { readonly forwardRef?: () => unknown } | undefined)?.forwardRef;
  return typeof forward === 'function' ? forward() : token;
}
