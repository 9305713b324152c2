import { ROUTE } from './brands.js';

export type Role = 'viewer' | 'operator' | 'approver' | 'admin';

/** What a plugin's route asks of its callers. */
export type RouteDoor = { readonly role: Role } | { readonly verify: VerifierClass };

/** A request as it came in, before anything of it was believed. */
export interface RawRequest {
  readonly method: string;
  /** With its query, as it was sent. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Byte for byte: what a signature was made over. */
  readonly body: Buffer;
}

/** Decides whether a request to a public route is genuine. Compare secrets with `timingSafeEqual`. */
export interface RequestVerifier {
  /** False, or anything thrown, is answered 401 before the body is parsed. */
  verify(request: RawRequest): boolean | Promise<boolean>;
}

/** A provider of the plugin. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what Nest injects is known only to the class
export type VerifierClass = new (...dependencies: any[]) => RequestVerifier;

/** Least role of a token or session for a controller's route, or for all routes of a controller. Without it: admin. */
export function Role(role: Role): ClassDecorator & MethodDecorator {
  return mark({ role });
}

/** Opens a route to callers without a token, who prove themselves to `verify`. The body may be as large as the hub allows. */
export function Public({ verify }: { readonly verify: VerifierClass }): ClassDecorator & MethodDecorator {
  return mark({ verify });
}

/** What was said of a route: at its method, else at its class. */
export function doorOf(controller: object, method: PropertyKey): RouteDoor | undefined {
  const own = (controller as { prototype: Record<PropertyKey, unknown> }).prototype[method];
  return doorAt(own) ?? doorAt(controller);
}

function mark(door: RouteDoor): ClassDecorator & MethodDecorator {
  return (target: object, _key?: PropertyKey, descriptor?: PropertyDescriptor) => {
    const value: unknown = descriptor?.value ?? target;
    Object.defineProperty(value, ROUTE, { value: Object.freeze(door), configurable: true });
  };
}

function doorAt(target: unknown): RouteDoor | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, ROUTE)) return undefined;
  return (target as unknown as { [ROUTE]: RouteDoor })[ROUTE];
}
