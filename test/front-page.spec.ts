import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { alerts } from '../observability/prometheus/rules-src/rules.js';
import { validateWorkflow } from '../src/workflow/index.js';

const root = resolve(import.meta.dirname, '..');
const text = (file: string): string => readFileSync(resolve(root, file), 'utf8');
const exists = (path: string): boolean => existsSync(resolve(root, path));

describe.each(['README.md', 'ARCHITECTURE.md'])('%s', (page) => {
  it('links to files that are there', () => {
    const links = [...text(page).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(2);
    expect(links.filter((link) => !exists(link))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('names files that are there', () => {
    const named = [...text('ARCHITECTURE.md').matchAll(/`([\w./-]+\.(?:e2e-spec\.|spec\.)?(?:ts|mjs))`/g)].map(
      ([, file]) => file!,
    );
    const places = ['', 'src/', 'src/runs/', 'src/runs/sessions/', 'src/runs/starting/'];
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((file) => !places.some((place) => exists(place + file)))).toEqual([]);
  });

  it('has every room', () => {
    const rows = [...text('ARCHITECTURE.md').matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, room]) => room);
    const rooms = readdirSync(resolve(root, 'src')).filter((room) => exists(`src/${room}/index.ts`) || room === 'cli');
    expect(rows.toSorted()).toEqual(rooms.toSorted());
  });
});

describe('README.md', () => {
  it('shows a workflow without problems', () => {
    const [, workflow] = /```yaml\n([^]*?)```/.exec(text('README.md'))!;
    expect(validateWorkflow(workflow!).problems).toEqual([]);
  });

  it('leads to every guide', () => {
    const guides = ['docs/guides', 'docs/deploy'].flatMap((folder) =>
      readdirSync(resolve(root, folder)).flatMap((file) => (file.endsWith('.md') ? [`${folder}/${file}`] : [])),
    );
    expect(guides.filter((guide) => !text('README.md').includes(`(${guide})`))).toEqual([]);
  });

  it('counts right', () => {
    const words = ['twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen'];
    const samples = readdirSync(resolve(root, 'workflows')).length;
    expect(text('README.md').toLowerCase()).toContain(`${words[samples - 12]} stand in [workflows/]`);
    expect(text('README.md')).toContain(`\n${alerts.length} alert rules come with it`);
    const plugins = ['eight', 'nine', 'ten', 'eleven', 'twelve'][readdirSync(resolve(root, 'plugins')).length - 8];
    expect(text('README.md')).toContain(`[the ${plugins} that come with it]`);
  });

  it('says of nothing that is built that it is not', () => {
    const [, missing = ''] = /## Not there yet\n([^]*)/.exec(text('README.md'))!;
    const built = ['forEach', 'sleep', 'waitFor', 'finally', 'concurrency', 'Webhook', 'rerun', 'encrypted'];
    expect(built.filter((word) => missing.includes(word))).toEqual([]);
    const refused = validateWorkflow(
      'id: x\ncost: { budget: { perRun: 1 } }\nsteps: { a: { approval: { message: x, quorum: 2 } } }\n',
    );
    expect(refused.problems.map(({ code }) => code)).toEqual(['CC_GRAMMAR_NOT_BUILT', 'CC_GRAMMAR_NOT_BUILT']);
  });
});
