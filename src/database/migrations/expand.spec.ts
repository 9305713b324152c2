import { readdirSync, readFileSync } from 'node:fs';

/**
 * Replicas of the version before work on while the first of the next one has migrated already: what they read and write
 * must stay. What nobody needs any more goes a release later, by a line below that says since when nobody does.
 */
const takesAway =
  /\bDROP\s+(TABLE|COLUMN|CONSTRAINT|VIEW|TYPE|SCHEMA)\b|\bRENAME\b|\bALTER\s+COLUMN\b|\bSET\s+NOT\s+NULL\b/i;
const contracts: readonly string[] = [];

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => /^\d{4}-.*\.ts$/.test(name));

/** What `up` does; what `down` undoes is nobody's business while hubs run. */
const up = (name: string) => readFileSync(`${folder}/${name}`, 'utf8').split(/\bdown\s*\(/)[0]!;

it.each(files.filter((name) => !contracts.includes(name)))('%s takes nothing away', (name) => {
  expect(takesAway.exec(up(name))?.[0]).toBeUndefined();
});

it.each(files)('%s adds no column that the version before would leave empty', (name) => {
  const added = [...up(name).matchAll(/\bADD\s+COLUMN\b[^,;`]*/gi)].map(([column]) => column);
  const wanting = added.filter(
    (column) => /\bNOT\s+NULL\b/i.test(column) && !/\bDEFAULT\b|\bGENERATED\b/i.test(column),
  );
  expect(wanting).toEqual([]);
});

it.each([
  'ALTER TABLE run DROP COLUMN owner',
  'ALTER TABLE run RENAME TO runs',
  'ALTER TABLE run ALTER COLUMN owner TYPE text',
])('knows %s', (sql) => expect(sql).toMatch(takesAway));
