import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionsOf, agentInfo, type Plugin } from '@commandcenter/sdk';

interface Json {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly additionalProperties?: Json | boolean;
  readonly items?: Json;
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
}

const root = join(import.meta.dirname, '..');
const names = readdirSync(join(root, 'plugins'));
const page = readFileSync(join(root, 'docs/guides/plugin-catalogue.md'), 'utf8');

const sectionOf = (name: string) => new RegExp(`^## ${name}\\n(.*?)(?=^## |(?![^]))`, 'ms').exec(page)?.[1] ?? '';

/** The code at the start of each row of the tables under a headline, with the second cell of the row. */
function rows(section: string, head: string): Map<string, string> {
  const [, table = ''] = new RegExp(`^\\| ${head} [^]*?\\n((?:\\|.*\\n)+)`, 'm').exec(section) ?? [];
  const cells = [...table.matchAll(/^\| `([^`]+)` *\|([^|]*(?:\\\|[^|]*)*)\|/gm)];
  return new Map(cells.map(([, name = '', second = '']) => [name, second]));
}

/** `a`, `a.*.b` inside a map, `a[].b` inside a list. */
function paths(schema: Json, prefix = ''): [string, unknown][] {
  const here = Object.entries(schema.properties ?? {}).flatMap(([name, inner]): [string, unknown][] => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [[path, inner.default], ...paths(inner, path)];
  });
  const rest = typeof schema.additionalProperties === 'object' ? paths(schema.additionalProperties, `${prefix}.*`) : [];
  const items = schema.items === undefined ? [] : paths(schema.items, `${prefix}[]`);
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((variant) => paths(variant, prefix));
  return [...here, ...rest, ...items, ...variants];
}

const jsonSchema = (schema: NonNullable<Plugin['options']>) =>
  schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) as Json;
const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const codes = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

describe('the catalogue of plugins', () => {
  it('has a section for each plugin that comes with the hub, in order, and for no other', () => {
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name)).toEqual(names);
  });

  describe.each(names)('of %s', (name) => {
    const section = sectionOf(name);
    let plugin: Plugin;
    beforeAll(async () => {
      plugin = ((await import(`../plugins/${name}/src/index.ts`)) as { default: Plugin }).default;
    });

    it('names its actions, each with all it takes', () => {
      const inputs = plugin.agents.flatMap((agent) =>
        actionsOf(agent).map(({ id, input }) => {
          const takes = Object.keys(jsonSchema(input).properties ?? {});
          return [`${agentInfo(agent)?.id}.${id}`, takes.sort()] as const;
        }),
      );
      const listed = [...rows(section, 'action')].map(([action, cell]) => [action, codes(cell).sort()]);
      expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(inputs));
    });

    it('names its options, each with its default', () => {
      const options = plugin.options === undefined ? [] : paths(jsonSchema(plugin.options));
      const defaults = options.map(([path, value]) => [path, value === undefined ? [] : [plain(value)]] as const);
      const listed = [...rows(section, 'option')].map(([path, cell]) => [path, codes(cell)] as const);
      expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(defaults));
      expect(options.length > 0 || section.includes('\nOptions: none.\n')).toBe(true);
    });

    it('names its permissions', () => {
      const [, said = ''] = /^Permissions: (.*?)\.$/m.exec(section) ?? [];
      const needed = plugin.permissions?.secrets ?? [];
      expect(said.startsWith('none') ? [] : codes(said)).toEqual(needed);
    });

    it('leads to its README', () => {
      expect(section).toContain(`(../../plugins/${name}/README.md)`);
    });
  });
});
