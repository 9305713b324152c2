import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { failureKind } from '@commandcenter/sdk';
import { agentContract, fakeContext, startPlugin, type StartedPlugin } from '@commandcenter/sdk/testing';
import { DeleteInput, ListInput, ReadInput, WriteInput } from './file-schema.js';
import { FilesAgent } from './files-agent.js';
import plugin from './index.js';
import { FilesOptions } from './options.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'cc-files-')));
const root = join(base, 'root');
const outside = join(base, 'outside');
const secret = join(outside, 'secret.txt');
const options = {
  roots: { work: root, fixed: { path: root, readOnly: true }, linked: { path: root, hardLinks: true } },
  maxBytes: 1_000,
};
let started: StartedPlugin;
let agent: FilesAgent;

beforeEach(() => {
  for (const folder of [root, outside, join(root, 'a'), join(root, 'a/b')]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, 'a/one.txt'), 'one');
  writeFileSync(secret, 's3cr3t');
  symlinkSync(outside, join(root, 'way-out'));
  symlinkSync(secret, join(root, 'a/link.txt'));
  symlinkSync(join(root, 'a'), join(root, 'way-in'));
  symlinkSync(join(outside, 'not-yet'), join(root, 'dangling'));
});
afterEach(() => {
  expect(readFileSync(secret, 'utf8')).toBe('s3cr3t');
  expect(readdirSync(outside)).toEqual(['secret.txt']);
  rmSync(root, { recursive: true });
});
beforeAll(async () => {
  started = await startPlugin(plugin, FilesOptions.parse(options));
  agent = started.get(FilesAgent) as FilesAgent;
});
afterAll(async () => {
  await started.stop();
  rmSync(base, { recursive: true, force: true });
});

const at = (path: string, rest: object = {}) => ({ root: 'work', path, ...rest });
const read = async (input: object, ctx = fakeContext()) => agent.read(ReadInput.parse(input), ctx);
const write = async (input: object, ctx = fakeContext()) => agent.write(WriteInput.parse(input), ctx);
const list = async (input: object) => agent.list(ListInput.parse(input), fakeContext());
const remove = async (input: object) => agent.delete(DeleteInput.parse(input), fakeContext());
async function failure(work: Promise<unknown>): Promise<[string | undefined, string]> {
  const thrown = await work.then((output) => new Error(`no failure: ${JSON.stringify(output)}`), (e: Error) => e); // prettier-ignore
  return [failureKind(thrown), thrown.message];
}
const onDisk = (path: string) => readFileSync(join(root, path), 'utf8');

describe('files.read', () => {
  it('gives text, or any bytes as base64', async () => {
    writeFileSync(join(root, 'text'), '\ufeffgrüezi');
    writeFileSync(join(root, 'bytes'), Buffer.from([0xff, 0, 1]));
    const modifiedAt = statSync(join(root, 'text')).mtime.toISOString();
    expect(await read(at('text'))).toEqual({ content: '\ufeffgrüezi', bytes: 10, modifiedAt });
    expect(await read(at('bytes', { encoding: 'base64' }))).toMatchObject({ content: '/wAB', bytes: 3 });
    expect(await failure(read(at('bytes')))).toEqual(['terminal', 'work/bytes is not UTF-8; read it with encoding: base64']); // prettier-ignore
  });

  it('waits for a file by retry: a missing one may come', async () => {
    for (const path of ['nothing', 'nothing/below']) {
      expect(await failure(read(at(path)))).toEqual(['retryable', `Reading work/${path} failed: there is no such file or folder`]); // prettier-ignore
    }
  });

  it('reads up to maxBytes and no further', async () => {
    writeFileSync(join(root, 'fits'), 'x'.repeat(1_000));
    writeFileSync(join(root, 'large'), 'x'.repeat(1_001));
    expect((await read(at('fits'))).bytes).toBe(1_000);
    expect(await failure(read(at('large')))).toEqual(['terminal', 'large has more than 1000 bytes (maxBytes of the files plugin)']); // prettier-ignore
  });

  it.each(['a', 'pipe'])('does not read what is no file: %s', async (path) => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect((await failure(read(at(path))))[0]).toBe('terminal');
  });

  it('reads no file with a second name, unless the root allows it', async () => {
    linkSync(secret, join(root, 'hard'));
    expect((await failure(read(at('hard'))))[1]).toContain('has another name');
    expect(await read({ root: 'linked', path: 'hard' })).toMatchObject({ content: 's3cr3t' });
  });
});

describe('files.write', () => {
  it('makes a file, replaces it, and keeps its mode', async () => {
    expect(await write(at('new.txt', { content: 'grüezi' }))).toEqual({ bytes: 7, written: true });
    execFileSync('chmod', ['6640', join(root, 'new.txt')]);
    await write(at('new.txt', { content: 'AAE=', encoding: 'base64' }));
    expect([...readFileSync(join(root, 'new.txt'))]).toEqual([0, 1]);
    expect((statSync(join(root, 'new.txt')).mode & 0o7777).toString(8)).toBe('640');
    expect(readdirSync(root).filter((name) => name.startsWith('.cc-'))).toEqual([]);
  });

  it('makes folders only when told to', async () => {
    expect((await failure(write(at('x/y/z.txt', { content: '' }))))[0]).toBe('retryable');
    await write(at('x/y/z.txt', { content: '', createFolders: true }));
    await write(at('x/y/z2.txt', { content: '2', createFolders: true }));
    expect([onDisk('x/y/z.txt'), onDisk('x/y/z2.txt')]).toEqual(['', '2']);
  });

  it('with ifExists: fail never replaces, and is done when the content is there already', async () => {
    const input = at('once', { content: '1', ifExists: 'fail' });
    expect(await write(input)).toEqual({ bytes: 1, written: true });
    expect(await write(input)).toEqual({ bytes: 1, written: false });
    expect(await failure(write({ ...input, content: '2' }))).toEqual(['terminal', 'Writing work/once failed: there is another file already (EEXIST)']); // prettier-ignore
    expect(onDisk('once')).toBe('1');
    const racing = await Promise.allSettled([..."abcdefgh"].map((content) => write(at('race', { content, ifExists: 'fail' })))); // prettier-ignore
    expect(racing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(root).filter((name) => name.startsWith('.cc-'))).toEqual([]);
  });

  it('is seen whole or not at all', async () => {
    const texts = ['a', 'b'].map((letter) => letter.repeat(1_000));
    await write(at('whole', { content: texts[0] }));
    let done = false;
    const writing = (async () => {
      for (let n = 0; n < 60; n += 1) await write(at('whole', { content: texts[n % 2] }));
      done = true;
    })();
    while (!done) {
      expect(texts).toContain((await read(at('whole'))).content);
      await turn();
    }
    await writing;
  });

  it.each(['a', 'a/link.txt', 'dangling', 'way-in', 'pipe'])('does not write over %s', async (path) => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const [kind, message] = await failure(write(at(path, { content: 'x' })));
    expect([kind, message]).toEqual(['terminal', expect.stringContaining('is there already and is no file')]);
  });

  it('writes at most maxBytes, nothing into a root for reading, and nothing after an abort', async () => {
    expect((await failure(write(at('large', { content: 'ü'.repeat(501) }))))[1]).toContain('would have 1002 bytes');
    expect(await failure(write({ root: 'fixed', path: 'x', content: '' }))).toEqual(['terminal', 'The root fixed is for reading only']); // prettier-ignore
    const aborted = fakeContext({ signal: AbortSignal.abort() });
    expect((await failure(write(at('late', { content: '' }), aborted)))[0]).toBe('cancelled');
    expect(['large', 'x', 'late'].filter((path) => existsSync(join(root, path)))).toEqual([]);
  });
});

describe('files.list', () => {
  it('gives the entries by name, links as links', async () => {
    const { entries, truncated } = await list(at(''));
    expect([entries.map(({ name, type }) => `${name} ${type}`), truncated]).toEqual([
      ['a folder', 'dangling link', 'way-in link', 'way-out link'],
      false,
    ]);
    const below = await list({ root: 'work', path: 'a', limit: 2 });
    expect(below).toMatchObject({ entries: [{ name: 'b' }, { name: 'link.txt', type: 'link' }], truncated: true });
    expect((await list({ root: 'work', path: 'a', limit: 3 })).truncated).toBe(false);
  });

  it('is for folders', async () => {
    expect((await failure(list(at('a/one.txt'))))[0]).toBe('terminal');
    expect((await failure(list(at('nothing'))))[0]).toBe('retryable');
  });
});

describe('files.delete', () => {
  it('deletes a file; of a link the link; a missing one is no fault unless it is said', async () => {
    expect(await remove(at('a/one.txt'))).toEqual({ deleted: true });
    expect(await remove(at('a/one.txt'))).toEqual({ deleted: false });
    expect(await remove(at('a/link.txt'))).toEqual({ deleted: true });
    expect(readdirSync(join(root, 'a'))).toEqual(['b']);
    expect(await failure(remove(at('a/one.txt', { ifMissing: 'fail' })))).toEqual(['terminal', 'There is no work/a/one.txt']); // prettier-ignore
  });

  it('deletes no folder, and nothing in a root for reading', async () => {
    expect((await failure(remove(at('a/b'))))[1]).toContain('only files are deleted');
    expect((await failure(remove({ root: 'fixed', path: 'a/one.txt' })))[0]).toBe('terminal');
    expect(onDisk('a/one.txt')).toBe('one');
  });
});

describe('a way out of the root', () => {
  const paths = [
    '..',
    '../outside/secret.txt',
    'a/../../outside/secret.txt',
    '/etc/passwd',
    secret,
    './a',
    'a//one.txt',
  ];
  const strange = ['a/', '.', '', 'a\0', 'a\n', '\u007f', 'x'.repeat(256), 'ü'.repeat(128), 'x/'.repeat(600) + 'x'];

  it.each([...paths, ...strange])('is refused as written: %j', (path) => {
    expect(ReadInput.safeParse(at(path)).success).toBe(false);
    expect(WriteInput.safeParse(at(path, { content: '' })).success).toBe(false);
    expect(DeleteInput.safeParse(at(path)).success).toBe(false);
    if (path !== '') expect(ListInput.safeParse(at(path)).success).toBe(false);
  });

  it.each(['..\\..\\outside', '%2e%2e', '~', '$HOME', '...'])('is only a name: %j', async (path) => {
    await write(at(path, { content: 'x' }));
    expect(readdirSync(root)).toContain(path);
  });

  it.each(['way-out/secret.txt', 'a/link.txt', 'way-in/one.txt', 'dangling/x'])(
    'does not lead through the link %s',
    async (path) => {
      expect((await failure(read(at(path))))[0]).toBe('terminal');
      for (const createFolders of [false, true]) {
        expect((await failure(write(at(path, { content: 'x', createFolders }))))[0]).toBe('terminal');
      }
      if (path !== 'a/link.txt') expect((await failure(remove(at(path))))[0]).toBe('terminal');
      expect((await failure(list(at('way-out'))))[0]).toBe('terminal');
    },
  );

  it.each(['nothing', '__proto__', 'constructor', 'hasOwnProperty'])('is no root of the name %s', async (name) => {
    expect(ReadInput.safeParse({ root: name, path: 'a' }).success).toBe(/^[a-z]+$/.test(name));
    if (/^[a-z]+$/.test(name))
      expect((await failure(read({ root: name, path: 'a' })))[1]).toContain('There is no root');
  });

  // Elsewhere paths are names: see folder.ts.
  (process.platform === 'linux' ? it : it.skip)('does not open while a folder turns into a link', async () => {
    const [folder, link, aside] = ['a', 'way-out', 'aside'].map((name) => join(root, name)) as [string, string, string];
    writeFileSync(join(folder, 'secret.txt'), 'mine');
    let swaps = 0;
    let done = false;
    const swapping = (async () => {
      while (!done) {
        renameSync(folder, aside);
        renameSync(link, folder);
        await turn();
        renameSync(folder, link);
        renameSync(aside, folder);
        swaps += 1;
        await turn();
      }
    })();
    const outcomes = new Set<string>();
    for (let n = 0; n < 200; n += 1) {
      const told = await read(at('a/secret.txt')).then(({ content }) => content, (e: Error) => failureKind(e)!); // prettier-ignore
      outcomes.add(told);
      await write(at('a/planted.txt', { content: 'x' })).catch(() => undefined);
      await remove(at('a/planted.txt')).catch(() => undefined);
    }
    done = true;
    await swapping;
    expect(swaps).toBeGreaterThan(50);
    expect(outcomes).toContain('mine');
    expect(outcomes).not.toContain('s3cr3t');
  });
});

describe('the options', () => {
  it.each(['/', '/proc', '/proc/self', '/sys/kernel', '/dev', '/tmp/..', '/../proc/1', ''])(
    'take no root at %j',
    (path) => {
      expect(FilesOptions.safeParse({ roots: { a: path } }).success).toBe(false);
      expect(FilesOptions.safeParse({ roots: { a: { path } } }).success).toBe(false);
    },
  );

  it('make a root when they say so', async () => {
    const path = join(root, 'made/for/us');
    const other = await startPlugin(plugin, FilesOptions.parse({ roots: { a: { path, create: true } } }));
    await (other.get(FilesAgent) as FilesAgent).write(WriteInput.parse({ root: 'a', path: 'x', content: 'x' }), fakeContext()); // prettier-ignore
    await other.stop();
    expect(onDisk('made/for/us/x')).toBe('x');
    const below = join(root, 'a/one.txt/below');
    const without = await startPlugin(plugin, FilesOptions.parse({ roots: { a: { path: below, create: true } } }));
    const listing = (without.get(FilesAgent) as FilesAgent).list(ListInput.parse({ root: 'a' }), fakeContext());
    expect((await failure(listing))[0]).toBe('terminal');
    await without.stop();
  });

  it('take a root that is a link, and one that comes later', async () => {
    const other = await startPlugin(plugin, FilesOptions.parse({ roots: { a: join(root, 'way-in'), b: join(base, 'later') } })); // prettier-ignore
    const reading = (name: string) => (other.get(FilesAgent) as FilesAgent).read(ReadInput.parse({ root: name, path: 'one.txt' }), fakeContext()); // prettier-ignore
    expect((await reading('a')).content).toBe('one');
    expect((await failure(reading('b')))[0]).toBe('retryable');
    symlinkSync(join(root, 'a'), join(base, 'later'));
    expect((await reading('b')).content).toBe('one');
    unlinkSync(join(base, 'later'));
    await other.stop();
  });
});

it('closes what it opened', async () => {
  const open = () => readdirSync('/proc/self/fd').length;
  if (!existsSync('/proc/self/fd')) return;
  const before = open();
  for (let n = 0; n < 50; n += 1) {
    await read(at('a/one.txt'));
    await list(at('a/b'));
    await failure(read(at('a/b/c/d')));
    await failure(read(at('way-out/x')));
    await write(at('a/b/new', { content: 'x' }));
    await failure(write({ root: 'fixed', path: 'a/x', content: '' }));
  }
  expect(open()).toBeLessThan(before + 5);
});

agentContract(plugin, {
  options,
  examples: {
    'files.read': {
      right: [
        { input: at('a/one.txt') },
        { input: at('nothing'), fails: 'retryable' },
        { input: at('a'), fails: 'terminal' },
      ],
      wrong: [{}, { path: 'a' }, { root: 'work' }, at('a', { encoding: 'latin1' }), at('a', { other: 1 }), at('../x')],
    },
    'files.write': {
      right: [{ input: at('new', { content: 'x' }), output: { bytes: 1, written: true } }],
      wrong: [
        at('a'),
        at('a', { content: 7 }),
        at('a', { content: '=', encoding: 'base64' }),
        at('/a', { content: '' }),
      ],
    },
    'files.list': {
      right: [{ input: { root: 'work' } }],
      wrong: [{}, { root: 'work', limit: 0 }, { root: 'work', limit: 1_001 }, { root: 'work', path: '/' }],
    },
    'files.delete': {
      right: [
        { input: at('never'), output: { deleted: false } },
        { input: at('a'), fails: 'terminal' },
      ],
      wrong: [{ root: 'work' }, at('..'), at('a', { recursive: true })],
    },
  },
});
