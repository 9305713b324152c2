import { readFileSync } from 'node:fs';
import { checkServerIdentity, type ConnectionOptions as TlsOptions } from 'node:tls';
import { PluginSecrets, TerminalError } from '@commandcenter/sdk';
import type { ClientConfig } from 'pg';
import { addressOf } from './address.js';
import type { ConnectionOptions } from './options.js';

/** All of it said: what is left out, `pg` would take from the environment of the hub or from ~/.pgpass. */
export function clientConfig(name: string, options: ConnectionOptions, secrets: PluginSecrets): ClientConfig {
  const secret = (of: string) => secrets.get(of);
  const { password, ...address } = addressOf(name, options, secret);
  return {
    ...address,
    password: () => password,
    ssl: tls(name, options, address.host, secret),
    application_name: 'commandcenter',
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
  };
}

function tls(
  name: string,
  options: ConnectionOptions,
  host: string,
  secret: (of: string) => string,
): TlsOptions | false {
  const { sslmode = isThisMachine(host) ? 'disable' : 'verify-full' } = options;
  if (sslmode === 'disable') return false;
  if (sslmode === 'require') return { rejectUnauthorized: false };
  const ca = options.ca === undefined ? fileOf(name, options.caFile) : secret(options.ca);
  return {
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    checkServerIdentity: (_, certificate) =>
      sslmode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
  };
}

function fileOf(name: string, path: string | undefined): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  } catch {
    throw new TerminalError(`The caFile of connection ${name} cannot be read`);
  }
}

const isThisMachine = (host: string) => host.startsWith('/') || /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);
