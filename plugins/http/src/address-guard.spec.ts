import type { LookupAddress } from 'node:dns';
import { AddressGuard, isHostOrRange, PrivateAddressError } from './address-guard.js';

const resolvingTo = (...addresses: string[]) => {
  const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_: string, __: unknown, callback: (error: null, found: LookupAddress[]) => void) => callback(null, found);
};

/** What a socket would be given to connect to. */
function lookup(guard: AddressGuard, hostname: string, all = true): Promise<unknown> {
  return new Promise((resolve, reject) => {
    guard.lookup(hostname, { all }, (error, address) => (error ? reject(error) : resolve(address)));
  });
}

const inside = [
  '127.0.0.1',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fd00:ec2::254',
  'ff02::1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '::7f00:1',
  '64:ff9b::a00:1',
  '2002:7f00:1::',
];

describe('the guard of private addresses', () => {
  it.each(inside)('refuses %s, as a literal and as what a name resolves to', async (address) => {
    const guard = new AddressGuard(false, resolvingTo(address));
    const literal = address.includes(':') ? `[${address}]` : address;
    expect(() => guard.checkLiteral(literal)).toThrow(PrivateAddressError);
    await expect(lookup(guard, 'innocent.example')).rejects.toThrow('innocent.example is not a public address');
  });

  it.each(['8.8.8.8', '2606:4700::1111'])('lets %s through', async (address) => {
    const guard = new AddressGuard(false, resolvingTo(address));
    expect(() => guard.checkLiteral(address.includes(':') ? `[${address}]` : address)).not.toThrow();
    await expect(lookup(guard, 'public.example')).resolves.toMatchObject([{ address }]);
    await expect(lookup(guard, 'public.example', false)).resolves.toBe(address);
  });

  it('leaves out the private ones of several addresses', async () => {
    const guard = new AddressGuard(false, resolvingTo('10.0.0.1', '8.8.8.8'));
    await expect(lookup(guard, 'mixed.example')).resolves.toEqual([{ address: '8.8.8.8', family: 4 }]);
  });

  it('asks for every connection: a name that changes its mind gains nothing', async () => {
    const answers = ['8.8.8.8', '127.0.0.1'];
    const guard = new AddressGuard(false, (_, __, callback) =>
      callback(null, [{ address: answers.shift() ?? '', family: 4 }]),
    );
    await expect(lookup(guard, 'rebind.example')).resolves.toMatchObject([{ address: '8.8.8.8' }]);
    await expect(lookup(guard, 'rebind.example')).rejects.toThrow(PrivateAddressError);
  });

  it('lets listed hosts, addresses and ranges through, and nothing beside them', async () => {
    const guard = new AddressGuard(
      ['intranet.example', '10.1.0.0/16', '192.168.1.5', 'fd12::/16'],
      resolvingTo('10.9.9.9'),
    );
    await expect(lookup(guard, 'Intranet.example')).resolves.toMatchObject([{ address: '10.9.9.9' }]);
    await expect(lookup(guard, 'other.example')).rejects.toThrow(PrivateAddressError);
    for (const allowed of ['10.1.2.3', '192.168.1.5', '[fd12::1]', '[::ffff:10.1.2.3]']) {
      expect(() => guard.checkLiteral(allowed)).not.toThrow();
    }
    for (const refused of ['10.2.0.1', '192.168.1.6', '[fd13::1]']) {
      expect(() => guard.checkLiteral(refused)).toThrow(PrivateAddressError);
    }
  });

  it('refuses nothing when told so', async () => {
    const guard = new AddressGuard(true, resolvingTo('127.0.0.1'));
    expect(() => guard.checkLiteral('127.0.0.1')).not.toThrow();
    await expect(lookup(guard, 'localhost')).resolves.toMatchObject([{ address: '127.0.0.1' }]);
  });

  it('passes on that a name does not resolve', async () => {
    const guard = new AddressGuard(false, (_, __, callback) => callback(new Error('ENOTFOUND'), []));
    await expect(lookup(guard, 'nowhere.example')).rejects.toThrow('ENOTFOUND');
  });
});

describe('an entry of allowPrivate', () => {
  it.each(['localhost', 'a.b-c.example', '10.0.0.0/8', '::1', 'fd00::/8'])('may be %s', (entry) => {
    expect(isHostOrRange(entry)).toBe(true);
  });
  it.each(['', 'http://a', 'a/b', '10.0.0.0/99', '*.example'])('may not be %j', (entry) => {
    expect(isHostOrRange(entry)).toBe(false);
  });
});
