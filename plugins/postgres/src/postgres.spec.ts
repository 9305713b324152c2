import { failureKind, type PluginSecrets } from '@commandcenter/sdk';
import pg from 'pg';
import { clientConfig } from './client-config.js';
import { failureOf, isPassing } from './failure.js';
import { PostgresOptions } from './options.js';

const secretsOf = (values: Record<string, string>) => ({ get: (name: string) => values[name]! }) as PluginSecrets;
const optionsOf = (connection: object) => PostgresOptions.parse({ connections: { shop: connection } }).connections['shop']!; // prettier-ignore
const configOf = (connection: object, secrets: Record<string, string> = {}) =>
  clientConfig('shop', optionsOf(connection), secretsOf(secrets));
const fromUrl = (url: string, rest: object = {}) => configOf({ url: 'URL', ...rest }, { URL: url });

describe('where a connection goes', () => {
  it('is said by a url, decoded', () => {
    const { password, ssl, ...config } = fromUrl('postgres://us%40er:p%3Aw%2F@db.example:6543/my%20db');
    expect(config).toMatchObject({ host: 'db.example', port: 6543, database: 'my db', user: 'us@er' });
    expect([(password as () => string)(), (ssl as { rejectUnauthorized: boolean }).rejectUnauthorized]).toEqual(['p:w/', true]); // prettier-ignore
    expect(fromUrl('postgresql://u@[::1]')).toMatchObject({ host: '::1', port: 5432, database: 'u', ssl: false });
  });

  it('is said by parts, with nothing left to the environment of the hub', () => {
    process.env['PGPASSWORD'] = 'of-the-hub';
    process.env['PGSSLMODE'] = 'disable';
    const config = configOf({ host: '/run/postgresql', user: 'u' });
    delete process.env['PGPASSWORD'];
    expect(config).toMatchObject({ host: '/run/postgresql', port: 5432, database: 'u', user: 'u', ssl: false });
    expect((config.password as () => string)()).toBe('');
    expect(configOf({ host: 'db', user: 'u' }).ssl).toMatchObject({ rejectUnauthorized: true });
    delete process.env['PGSSLMODE'];
  });

  it.each([
    ['localhost', false],
    ['127.0.0.1', false],
    ['127.1.2.3', false],
    ['[::1]', false],
    ['localhost.evil.example', true],
    ['127.0.0.1.evil.example', true],
    ['10.0.0.1', true],
  ])('is encrypted by default unless it is this machine: %s %s', (host, encrypted) => {
    const { ssl } = fromUrl(`postgres://u@${host}/d`);
    expect(ssl === false).toBe(!encrypted);
    if (encrypted) expect(ssl).toMatchObject({ rejectUnauthorized: true });
  });

  it.each([
    ['s3cr3t', 'is not postgres://'],
    ['http://u:s3cr3t@h/d', 'is not postgres://'],
    ['postgres://:s3cr3t@h/d', 'is not postgres://'],
    ['postgres://u:s3cr3t%@h/d', 'holds a %'],
    ['postgres://u:s3cr3t@h/d?sslmode=disable', 'less than verify-full'],
    ['postgres://u:s3cr3t@h/d?sslmode=prefer', 'less than verify-full'],
    ['postgres://u:s3cr3t@h/d?options=-csearch_path%3Dx', 'the parameter options'],
    ['postgres://u:s3cr3t@h/d?host=/tmp', 'the parameter host'],
  ])('is refused without telling it: %s', (url, why) => {
    const thrown = (() => {
      try {
        return fromUrl(url);
      } catch (error) {
        return error as Error;
      }
    })() as Error;
    expect([failureKind(thrown), thrown.message]).toEqual(['terminal', expect.stringContaining(why)]);
    expect(thrown.message).not.toContain('s3cr3t');
  });

  it('is trusted no less than the options say, whatever the url asks for', () => {
    expect(fromUrl('postgres://u@h/d?sslmode=require').ssl).toMatchObject({ rejectUnauthorized: true });
    expect(fromUrl('postgres://u@h/d?sslmode=disable', { sslmode: 'verify-full' }).ssl).toMatchObject({ rejectUnauthorized: true }); // prettier-ignore
    expect(fromUrl('postgres://u@h/d', { sslmode: 'require' }).ssl).toEqual({ rejectUnauthorized: false });
    expect(() => fromUrl('postgres://u@h/d', { caFile: '/nowhere/ca.pem' })).toThrow('caFile of connection shop cannot be read'); // prettier-ignore
  });
});

it.each([
  {},
  { url: 'URL', host: 'h', user: 'u' },
  { host: 'h' },
  { url: 'URL', password: 'PW' },
  { url: 'postgres://u:p@h/d' },
  { url: 'URL', ca: 'CA', caFile: '/ca.pem' },
  { url: 'URL', sslmode: 'disable', ca: 'CA' },
  { url: 'URL', caFile: 'ca.pem' },
  { url: 'URL', sslmode: 'prefer' },
  { url: 'URL', maxRows: 0 },
  { url: 'URL', other: 1 },
])('the options refuse %j', (connection) => {
  expect(PostgresOptions.safeParse({ connections: { shop: connection } }).success).toBe(false);
});

describe('an error of PostgreSQL', () => {
  it.each(['08006', '40001', '40P01', '53300', '55P03', '57014', '57P01', '57P03', '58030', '25P03'])(
    '%s may be over next time',
    (code) => expect(isPassing(code)).toBe(true),
  );
  it.each(['22P02', '23505', '25006', '28P01', '3D000', '42601', '42P01', '0A000', 'P0001', 'XX000', '57P04', '55000'])(
    '%s stays',
    (code) => expect(isPassing(code)).toBe(false),
  );

  it('tells no value, no detail and no cause', () => {
    const error = new pg.DatabaseError('invalid input syntax for type integer: "s3cr3t"', 1, 'error');
    Object.assign(error, { code: '22P02', detail: 's3cr3t' });
    const thrown = failureOf(error, 'shop', (text) => text);
    expect([failureKind(thrown), thrown.message, thrown.cause]).toEqual(['terminal', 'shop: 22P02 a value does not fit its type', undefined]); // prettier-ignore
  });

  it('is redacted before it is cut', () => {
    const error = Object.assign(new pg.DatabaseError(`${'x'.repeat(295)}s3cr3t-value`, 1, 'error'), { code: '42601' });
    const { message } = failureOf(error, 'shop', (text) => text.replaceAll('s3cr3t-value', '***'));
    expect(message).toBe(`shop: 42601 ${'x'.repeat(295)}***`);
  });

  it.each([
    [{ code: 'ECONNREFUSED' }, 'retryable', 'shop does not answer: ECONNREFUSED'],
    [
      { message: 'timeout exceeded when trying to connect' },
      'retryable',
      'shop does not answer: no connection in time',
    ],
    [{ message: 'Connection terminated unexpectedly' }, 'retryable', 'shop does not answer: the connection was lost'],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'terminal', 'shop: the server is not trusted (SELF_SIGNED_CERT_IN_CHAIN); see sslmode and ca'], // prettier-ignore
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'terminal', 'shop: the server is not trusted (ERR_TLS_CERT_ALTNAME_INVALID); see sslmode and ca'], // prettier-ignore
  ])('of the connection: %j', (error, kind, message) => {
    const thrown = failureOf(Object.assign(new Error(), error), 'shop', (text) => text);
    expect([failureKind(thrown), thrown.message]).toEqual([kind, message]);
  });
});
