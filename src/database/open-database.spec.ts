import { placeOf, refuseOldServer } from './open-database.js';

describe('refuseOldServer', () => {
  const url = 'postgres://me:hunter2@db.example:5433/orders';

  it('takes 15 and newer', () => {
    expect(() => refuseOldServer(150_000, '15.0', url)).not.toThrow();
    expect(() => refuseOldServer(180_004, '18.4', url)).not.toThrow();
  });

  it('refuses 14 and says which server, which version, and what is needed', () => {
    const message = 'PostgreSQL at db.example:5433/orders is version 14.13; CommandCenter needs 15 or newer.';
    expect(() => refuseOldServer(140_013, '14.13', url)).toThrow(message);
  });
});

describe('placeOf', () => {
  it.each([
    ['postgres://me:hunter2@db/x', 'db:5432/x'],
    ['postgresql://db:6432', 'db:6432'],
    ['postgres:///x', 'localhost:5432/x'],
  ])('names the place of %s and nobody on it', (url, place) => {
    expect(placeOf(url)).toBe(place);
  });
});
