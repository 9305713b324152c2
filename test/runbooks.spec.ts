import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { alerts } from '../observability/prometheus/rules-src/rules.js';
import { runbooks } from '../src/slo/runbook.js';
import { contract } from './support/dashboards/contract.js';
import { parsePromql } from './support/dashboards/promql.js';
import { outside } from './support/rules/outside.js';
import { root } from './support/stack/compose.js';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const names = [...new Set(alerts.map(({ alert }) => alert))];
const pageOf = (name: string) => {
  const url = alerts.find(({ alert }) => alert === name)!.annotations['runbook_url']!;
  expect(url.startsWith(`${runbooks}/`)).toBe(true);
  return `docs/runbooks/${url.slice(runbooks.length + 1)}`;
};

describe('docs/runbooks', () => {
  it.each(names)('has the page of %s, with its three parts', (name) => {
    const text = read(pageOf(name));
    expect(text.startsWith(`# ${name}\n`)).toBe(true);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(['What it means', 'First look', 'Fix']);
  });

  it('lists every page, and has no page of an alert that is gone', () => {
    const pages = globSync('docs/runbooks/*.md', { cwd: root }).filter((file) => !file.endsWith('README.md'));
    expect(pages.sort()).toEqual(names.map(pageOf).sort());
    const index = read('docs/runbooks/README.md');
    for (const page of pages) expect(index).toContain(`(${page.slice('docs/runbooks/'.length)})`);
  });
});

/** What the pages tell to do, beside their links. */
describe('what the pages of alerts name', () => {
  const pages = globSync('docs/{runbooks/*,alerting,guides/alerts}.md', { cwd: root });
  const all = (pattern: RegExp) =>
    pages.flatMap((page) => [...read(page).matchAll(pattern)].map(([, found]) => [page, found!] as const));

  it.each(all(/^```promql\n(.+)\n```/gm))('%s asks for series and labels that there are: %s', (_, query) => {
    const { errors, selectors } = parsePromql(query);
    expect([errors, selectors.length > 0]).toEqual([[], true]);
    for (const { metric, matchers, grouped } of selectors) {
      const known = contract.get(metric);
      const labels = known?.labels ?? outside.get(metric);
      if (metric === '') continue;
      expect([metric, labels]).toEqual([metric, expect.any(Set)]);
      const asked = [...matchers.map(({ label }) => label), ...grouped];
      expect(asked.filter((label) => !labels!.has(label))).toEqual([]);
    }
  });

  it.each(all(/(?:^\$ |`)commandcenter ([a-z][^`\n]*)/gm))(
    '%s has a command that there is: commandcenter %s',
    (_, text) => {
      const [, words, rest] = /^((?:[a-z]+ ?)+)(.*)$/.exec(text)!;
      const reference = read('docs/reference/cli.md').split(/^## /m).slice(1);
      const section = reference.find((one) => {
        const command = /^`commandcenter ([^`]+)`/.exec(one)?.[1];
        return command !== undefined && `${words!.trim()} `.startsWith(`${command} `);
      });
      expect([words, section]).toEqual([words, expect.any(String)]);
      for (const [option] of rest!.matchAll(/--[a-z]+/g)) expect(section).toContain(option);
    },
  );

  it.each(all(/http:\/\/127\.0\.0\.1:3003(\/[^\s"'`)]+)/g))('%s leads to a dashboard: %s', (_, path) => {
    expect(existsSync(join(root, `observability/grafana/dashboards/generated/${path.replace('/d/', '')}.json`))).toBe(
      true,
    );
  });

  it.each(all(/docker compose (?:(?:exec|logs|up|ps)(?: -d| --tail \d+)*) ([a-z][a-z-]*)/g))(
    '%s: there is a service %s',
    (_, service) => {
      const { services } = parse(read('docker-compose.yml')) as { services: Record<string, unknown> };
      expect(Object.keys(services)).toContain(service);
    },
  );
});

/** As GitHub makes them: lower case, letters, digits, `_`, `-`; blanks become dashes; the second of a name ends in -1. */
function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const titles = [...text.replaceAll(/^```[^]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, title]) => title!);
  return new Set(
    titles.map((title) => {
      const slug = title.toLowerCase().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[^\p{L}\p{N}_ -]/gu, '').trim().replaceAll(' ', '-'); // prettier-ignore
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

describe('links of the documentation', () => {
  const pages = globSync(['*.md', '{docs,observability,plugins,sdk,dev,bench}/**/*.md'], {
    cwd: root,
    exclude: (name) => /(^|\/)node_modules(\/|$)/.test(name),
  });

  it.each(pages)('of %s lead somewhere', (page) => {
    const text = read(page).replaceAll(/^ *```[^]*?^ *```/gm, '').replaceAll(/`[^`\n]*`/g, ''); // prettier-ignore
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link)); // prettier-ignore
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && file.endsWith('.md') && !anchorsOf(readFileSync(file, 'utf8')).has(anchor);
    });
    expect(broken).toEqual([]);
  });
});
