import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientSettings } from '../../config/index.js';
import { connectionFrom } from './connection.js';

describe('finding the hub', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cc-cli-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function leave(text: string): void {
    mkdirSync(join(folder, '.commandcenter'));
    writeFileSync(join(folder, '.commandcenter', 'cli.json'), text);
  }

  const from = (env: Record<string, string>, cwd = folder) => connectionFrom(clientSettings(env, cwd));

  it('takes the environment first', () => {
    leave('{"url":"http://127.0.0.1:1","token":"local"}');
    expect(from({ COMMANDCENTER_URL: 'https://hub.example', COMMANDCENTER_TOKEN: 't' })).toEqual({
      url: 'https://hub.example',
      token: 't',
      source: 'COMMANDCENTER_URL',
    });
  });

  it('never sends the token of the file to another hub', () => {
    leave('{"url":"http://127.0.0.1:1","token":"local"}');
    expect(from({ COMMANDCENTER_URL: 'https://hub.example' }).token).toBeUndefined();
  });

  it('finds what a hub left in a folder above', () => {
    leave('{"url":"http://127.0.0.1:1","token":"local"}');
    const below = join(folder, 'a', 'b');
    mkdirSync(below, { recursive: true });
    expect(from({}, below)).toEqual({
      url: 'http://127.0.0.1:1',
      token: 'local',
      source: join(folder, '.commandcenter', 'cli.json'),
    });
  });

  it('lets a token of the environment replace that of the file', () => {
    leave('{"url":"http://127.0.0.1:1","token":"local"}');
    expect(from({ COMMANDCENTER_TOKEN: 'mine' })).toMatchObject({ url: 'http://127.0.0.1:1', token: 'mine' });
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('does not trust a file that another user left', () => {
    leave('{"url":"http://attacker.example","token":"x"}');
    chownSync(join(folder, '.commandcenter', 'cli.json'), 12_345, 12_345);
    expect(() => from({ COMMANDCENTER_TOKEN: 'mine' }, join(folder))).toThrow(/belongs to another user \(12345\)/);
  });

  it.each(['', '[]', 'null', '{"token":"x"}', '{"url":5}'])('says so when the file holds %j', (text) => {
    leave(text);
    expect(() => from({})).toThrow(
      expect.objectContaining({
        code: 'CC_HUB_UNKNOWN',
        message: expect.stringContaining('cli.json') as string,
      }) as Error,
    );
  });

  it('says what to do when nothing is known', () => {
    expect(() => from({})).toThrow(/COMMANDCENTER_URL is not set.*commandcenter start/);
  });

  it.each(['hub.example:3000', 'ftp://hub', 'not a url'])('refuses the address %j', (url) => {
    expect(() => from({ COMMANDCENTER_URL: url })).toThrow(/http:\/\/127\.0\.0\.1:3000/);
  });
});
