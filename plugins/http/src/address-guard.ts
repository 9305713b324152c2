import { isIP, type LookupFunction } from 'node:net';
import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** `::a.b.c.d`, long deprecated, which the library takes for a public range. */
const ipv4Compatible: Range = [ipaddr.parse('::'), 96];

/** Resolves a name to all its addresses. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The address is not public, and the plugin's options do not allow it. */
export class PrivateAddressError extends Error {
  constructor(host: string) {
    super(
      `${host} is not a public address; if the step is meant to reach it, add the host or its range to allowPrivate of the http plugin in commandcenter.yaml`,
    );
    this.name = 'PrivateAddressError';
  }
}

/**
 * Keeps requests away from the inside: loopback, private networks, link-local with its cloud metadata, and all else
 * that is not public unicast. It decides on the very addresses the socket then connects to, so that a name which
 * resolves differently the second time (DNS rebinding) gains nothing.
 */
export class AddressGuard {
  readonly #all: boolean;
  readonly #hosts = new Set<string>();
  readonly #ranges: Range[] = [];
  readonly #resolve: Resolve;

  constructor(allowPrivate: boolean | readonly string[], resolve: Resolve = systemLookup) {
    this.#all = allowPrivate === true;
    this.#resolve = resolve;
    for (const entry of typeof allowPrivate === 'boolean' ? [] : allowPrivate) {
      const range = rangeOf(entry);
      if (range === undefined) this.#hosts.add(entry.toLowerCase());
      else this.#ranges.push(range);
    }
  }

  /** A host that is an address is never looked up, so it is judged here; give `hostname` of a URL. */
  checkLiteral(hostname: string): void {
    const address = hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && !this.#allowsHost(hostname) && !this.#allows(address)) {
      throw new PrivateAddressError(hostname);
    }
  }

  /** In place of the system's lookup when a socket connects; answers the allowed addresses only. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const allowed = this.#allowsHost(hostname) ? found : found.filter(({ address }) => this.#allows(address));
      const [first] = allowed;
      if (first === undefined) return callback(new PrivateAddressError(hostname), '');
      if (options.all === true) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };

  #allowsHost(hostname: string): boolean {
    return this.#all || this.#hosts.has(hostname.toLowerCase());
  }

  #allows(text: string): boolean {
    if (this.#all) return true;
    // `process` reads an IPv4-mapped IPv6 address as the IPv4 address it is.
    const address = ipaddr.process(text);
    return isPublic(address) || this.#ranges.some((range) => isIn(address, range));
  }
}

/** For the options' schema. */
export function isHostOrRange(text: string): boolean {
  return rangeOf(text) !== undefined || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text);
}

function rangeOf(text: string): Range | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (isIP(text) === 0) return undefined;
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Named by what is allowed: a range the library learns later is refused until then, not let through. */
function isPublic(address: Address): boolean {
  return address.range() === 'unicast' && !isIn(address, ipv4Compatible);
}

function isIn(address: Address, [network, bits]: Range): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}
