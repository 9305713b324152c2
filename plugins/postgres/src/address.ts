import { TerminalError } from '@commandcenter/sdk';
import type { ConnectionOptions } from './options.js';

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** Of the options, or of the secret that `url` names. Messages never hold a part of it. */
export function addressOf(name: string, options: ConnectionOptions, secret: (name: string) => string): Address {
  const { url, host = '', port = 5_432, user = '', database = user, password } = options;
  if (url !== undefined) return parsed(secret(url), `The secret ${url} of connection ${name}`, options.sslmode);
  return { host, port, database, user, password: password === undefined ? '' : secret(password) };
}

/** How well the server has to prove itself stands in the options, where others see it; a url can only agree. */
function parsed(text: string, what: string, sslmode: ConnectionOptions['sslmode']): Address {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '' || url.username === '') {
    throw new TerminalError(`${what} is not postgres://user:password@host:port/database`);
  }
  for (const [parameter, value] of url.searchParams) {
    if (parameter !== 'sslmode') throw new TerminalError(`${what} has the parameter ${parameter}, which is not taken`);
    if (sslmode === undefined && !/^(require|verify-ca|verify-full)$/.test(value)) {
      throw new TerminalError(
        `${what} asks for less than verify-full; say sslmode in the options of the postgres plugin`,
      );
    }
  }
  const user = plain(url.username, what);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 5_432 : Number(url.port),
    database: plain(url.pathname.slice(1), what) || user,
    user,
    password: plain(url.password, what),
  };
}

function plain(encoded: string, what: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new TerminalError(`${what} holds a % that is not followed by two digits: write %25`);
  }
}
