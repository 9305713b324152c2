import { parseCommand } from './command.js';

describe('parseCommand', () => {
  it.each([
    [['start'], { name: 'start', role: 'all' }],
    [['start', '--role', 'worker'], { name: 'start', role: 'worker' }],
    [['start', '--role=api'], { name: 'start', role: 'api' }],
    [['dev'], { name: 'dev' }],
    [['migrate'], { name: 'migrate' }],
    [['doctor'], { name: 'doctor' }],
  ])('understands %j', (argv, command) => {
    expect(parseCommand(argv)).toEqual(command);
  });

  it.each([
    [[], 'Say what to do'],
    [['dev', '--role', 'api'], '--role belongs to start'],
    [['runs'], '"runs" is not a command of the hub'],
    [['start', '--role', 'boss'], 'no role "boss"'],
    [['start', '--port', '1'], '--port'],
    [['migrate', '--role', 'api'], '--role belongs to start'],
    [['start', 'now'], '"now" is too much'],
  ])('refuses %j and says why and how', (argv, reason) => {
    const command = parseCommand(argv);
    expect(command).toMatchObject({ name: 'refused', reason: expect.stringContaining(reason) });
    expect(command).toMatchObject({ reason: expect.stringContaining('Usage:') });
  });
});
