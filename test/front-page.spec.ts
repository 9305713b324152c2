import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
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
});
