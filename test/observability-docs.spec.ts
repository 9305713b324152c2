import { readFileSync } from 'node:fs';
import { names } from '../src/telemetry/index.js';

const text = readFileSync(new URL('../docs/observability.md', import.meta.url), 'utf8');
const { instruments, seriesOf, span } = names;

/** name -> labels, from the rows of its table. */
const documented = new Map(
  [...text.matchAll(/^\| `(\w+)`\s*\| (?:counter|gauge|histogram)[^|]*\|([^|]*)\|/gm)].map(([, name, labels]) => [
    name,
    [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label),
  ]),
);

describe('docs/observability.md', () => {
  it('lists every instrument with its labels, and no other', () => {
    const expected = Object.values(instruments).map((instrument) => {
      const name = instrument.kind === 'histogram' ? instrument.name : seriesOf(instrument)[0]!;
      return [name, [...instrument.labels]];
    });
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(expected));
  });

  it('names the spans of a run', () => {
    for (const name of [span.workflow, span.agent, span.timer, span.approval]) expect(text).toContain(name);
  });
});
