import { parsePidFile } from './pid-file.js';

describe('parsePidFile', () => {
  it('reads what a ready postmaster writes', () => {
    const text = '4711\n/data\n1790000000\n41234\n\n127.0.0.1\n 123 456\nready   \n';
    expect(parsePidFile(text)).toEqual({ pid: 4711, port: 41234, status: 'ready' });
  });

  it('takes a half-written file for a server that starts', () => {
    expect(parsePidFile('4711\n/data\n')).toEqual({ pid: 4711, port: 0, status: '' });
  });

  it.each(['', 'garbage\n', '-1\n'])('finds no server in %j', (text) => {
    expect(parsePidFile(text)).toBeUndefined();
  });
});
