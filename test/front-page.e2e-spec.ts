import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './support/free-port.js';
import { Reader } from './support/reader.js';
import { token } from './support/triggers/hub-process.js';
import { typedIn } from './support/typed.js';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** What else the pages tell to type, and who tries it. */
const elsewhere: Record<string, string> = {
  'npm run dev:stack': 'stack-programs.e2e-spec.ts',
  'npm run dev:load': 'dev-load.e2e-spec.ts',
  'npm run dev:stack && npm start': 'stack-programs.e2e-spec.ts',
};

describe('README.md', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.come();
  }, 300_000);
  afterAll(() => reader?.leave(), 60_000);

  it('has commands that do what it shows, a hub that is killed in between among them', async () => {
    const begun: string[] = [];
    const missing = await reader.types(read('README.md'), async (line) => {
      const command = line.replace(/ +#.*/, '');
      begun.push(command);
      if (command === 'npm start') await reader.startHub();
      return command === 'npm start' || command in elsewhere;
    });
    expect(missing).toEqual([]);
    expect(begun.filter((command) => command === 'npm start')).toHaveLength(2);
    expect(begun.length).toBeGreaterThan(14);
    const { body } = await reader.hub.call('GET', '/runs?workflow=deploy-with-approval');
    expect(await reader.ended(body.items[0].id)).toMatchObject({
      status: 'succeeded',
      output: { comment: 'looks good' },
    });
  }, 300_000);

  it('says the same as the other pages: their single commands work too', async () => {
    const commands = globSync('docs/guides/*.md', { cwd: root }).flatMap((page) =>
      [...read(page).matchAll(/^ {4}((?:npx )?commandcenter .+)$/gm)].map(([, command]) => command!),
    );
    expect(commands.length).toBeGreaterThan(0);
    const page = `\`\`\`console\n${commands.map((command) => `$ ${command}\n`).join('')}\`\`\`\n`;
    expect(await reader.types(page)).toEqual([]);
  }, 60_000);

  it('and so do the requests of the reference of the API', async () => {
    // Anything but a 2xx is an error.
    const requests = [...read('docs/reference/http-api.md').matchAll(/^ {4}(curl (?:.*\\\n)*.*)$/gm)].map(
      ([, request]) => request!.replaceAll(/\\\n\s*/g, '').replace('curl ', 'curl -fsS '),
    );
    const [cancelled, decided] = [await asking(), await asking()];
    const known = { URL: reader.hub.url, TOKEN: token, RUN: cancelled.run, APPROVAL: decided.id, ID: cancelled.run };
    const lines = [...Object.entries(known).map(([name, value]) => `${name}='${value}'`), ...requests];
    await reader.types(`\`\`\`console\n${lines.map((line) => `$ ${line}\n`).join('')}\`\`\`\n`);
    expect(requests.length).toBeGreaterThan(5);
    expect((await reader.ended(cancelled.run)).status).toBe('cancelled');
    const { body } = await reader.hub.call('GET', `/approvals/${decided.id}`);
    expect(body).toMatchObject({ status: 'approved', data: { ticket: 7 } });
    expect(reader.said).toContain('data: {"status":"cancelled"}');
  }, 300_000);

  /** A run that waits for an approval. */
  async function asking(): Promise<{ id: string; run: string }> {
    const input = { service: randomUUID(), version: '1', settle: '1s' };
    const { body } = await reader.hub.call('POST', '/workflows/deploy-with-approval/runs', { input });
    for (;;) {
      const { body: pending } = await reader.hub.call('GET', '/approvals?status=pending');
      const found = pending.items.find(({ run }: { run: string }) => run === body.id);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});

it('every page with commands has a test that names it', () => {
  /** Needs a cluster: kubernetes.spec.ts holds its file to the schema. */
  const tried = new Set(['docs/deploy/kubernetes.md', 'README.md']);
  const tests = globSync('test/**/*.ts', { cwd: root }).map(read).join('');
  const pages = globSync('docs/{guides,deploy}/*.md', { cwd: root }).filter((page) =>
    /^```(sh|bash|console)/m.test(read(page)),
  );
  expect(pages.length).toBeGreaterThan(9);
  const named = (page: string) => tests.includes(`/${basename(page)}`) || tests.includes(`'${basename(page)}'`);
  expect(pages.filter((page) => !tried.has(page) && !named(page))).toEqual([]);
});

describe('docs/guides/development.md', () => {
  it('has an inbox that does what it is told', async () => {
    const port = await freePort();
    const inbox = spawn(process.execPath, [join(root, 'dev/slack-inbox/main.ts'), '--port', String(port)]);
    try {
      await once(inbox.stdout, 'data');
      const [typed] = typedIn(read('docs/guides/development.md')).flat();
      const command = typed!.command.replace('127.0.0.1:40123', `127.0.0.1:${port}`).replace('curl', 'curl -fsS');
      await promisify(execFile)('sh', ['-ec', command]);
      const behaviour = await fetch(`http://127.0.0.1:${port}/behaviour`);
      expect(await behaviour.json()).toMatchObject({ status: 429, retryAfter: 5, count: 3 });
    } finally {
      inbox.kill();
      await once(inbox, 'exit');
    }
  }, 60_000);
});

it('what is not run here is run by a test that is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const [command, test] of Object.entries(elsewhere)) {
    expect(() => read(`test/${test}`)).not.toThrow();
    for (const [, name] of command.matchAll(/npm run (\S+)/g)) expect(Object.keys(scripts)).toContain(name);
  }
});
