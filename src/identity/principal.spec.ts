import { mayDo, type Access, type Principal } from './principal.js';

const principal = (role: Principal['role'], approver = false): Principal => ({
  id: '1',
  name: 'n',
  role,
  approver,
  groups: [],
});

describe('what a role may do', () => {
  const table: [Principal, Access[]][] = [
    [principal('viewer'), ['viewer']],
    [principal('viewer', true), ['viewer', 'approver']],
    [principal('operator'), ['viewer', 'operator']],
    [principal('operator', true), ['viewer', 'operator', 'approver']],
    [principal('admin'), ['viewer', 'operator', 'admin', 'approver']],
  ];

  it.each(table)('%j may do %j and nothing else', (who, allowed) => {
    const all: Access[] = ['viewer', 'operator', 'admin', 'approver'];
    expect(all.filter((access) => mayDo(who, access))).toEqual(all.filter((access) => allowed.includes(access)));
  });
});
