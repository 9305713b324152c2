import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Cli } from './cli.js';
import { exitCodes } from './exit-codes.js';
import { createProgram } from './program.js';
import type { Surroundings } from './surroundings.js';

const reference = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');
const sections = new Map(
  reference
    .split(/^## /m)
    .filter((section) => section.startsWith('`commandcenter '))
    .map((section) => [/^`commandcenter ([^`]+)`/.exec(section)![1]!, section]),
);

function leaves(command: Command, path: readonly string[] = []): [path: string, command: Command][] {
  const below = command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
  // With options of its own a command does something by itself, whatever stands below it.
  const alone = below.length === 0 || (path.length > 0 && command.options.length > 0);
  return alone ? [[path.join(' '), command], ...below] : below;
}

// Building the tree touches nothing of the outside but where it would write.
const sink = { write: () => undefined };
const program = createProgram(
  new Cli({ stdout: sink, stderr: sink, colour: false, now: () => 0 } as unknown as Surroundings),
);

describe('docs/reference/cli.md', () => {
  it('has a section for every command and no other', () => {
    expect([...sections.keys()].sort()).toEqual(
      leaves(program)
        .map(([path]) => path)
        .sort(),
    );
  });

  it.each(leaves(program))('says every option of "%s" and no other', (path, command) => {
    // outside the examples, which show input and output
    const prose = (sections.get(path) ?? '')
      .replace(/```[^]*?```/g, '')
      .replace(/with `--wait`/g, '')
      .replace(/with `--json`|`--json` has/g, '');
    const said = [...prose.matchAll(/`(--[a-z-]+)(?: <[^`]+>)?`/g)].map(([, option]) => option);
    expect([...new Set(said)].sort()).toEqual(command.options.map(({ long }) => long).sort());
  });

  it('has the exit codes of the program', () => {
    const rows = [...reference.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)].map(([, code, meaning]) => ({
      code: Number(code),
      meaning,
    }));
    expect(rows).toEqual(Object.values(exitCodes));
  });
});
