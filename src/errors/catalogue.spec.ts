import { readFileSync } from 'node:fs';
import { catalogue } from './catalogue.js';
import { CcError } from './cc-error.js';

/** `| code | kind | meaning | what to do |` */
const row = /^\|\s*`(CC_\w+)`\s*\|\s*(\w+)\s*\|\s*(.+?)\s*\|\s*(\S.*?)\s*\|$/;

describe('the catalogue of errors', () => {
  const docs = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const documented = docs
    .split('\n')
    .map((line) => row.exec(line))
    .filter((match) => match !== null)
    .map(([, code, kind, title]) => [code, kind, title]);

  it('is what docs/errors.md says, both ways: codes, kinds and meanings', () => {
    const codes = Object.entries(catalogue).map(([code, { kind, title }]) => [code, kind, title]);
    expect(documented).toEqual(codes);
  });

  it('has no code twice in the documentation, and every code it mentions exists', () => {
    const mentioned = new Set([...docs.matchAll(/CC_[A-Z_]+/g)].map(([code]) => code));
    expect([...mentioned].sort()).toEqual(Object.keys(catalogue).sort());
  });

  it('says each meaning in one sentence without a full stop', () => {
    for (const { title } of Object.values(catalogue)) expect(title).toMatch(/^[A-Z].*[^.]$/);
  });

  it('gives an error its kind and title', () => {
    expect(new CcError('CC_RUN_FINISHED', 'run 1 has ended')).toMatchObject({
      kind: 'conflict',
      title: 'The run has already ended',
      problems: [],
      retryAfter: undefined,
    });
  });
});
