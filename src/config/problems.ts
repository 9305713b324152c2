import { type Document, isNode, type LineCounter } from 'yaml';
import type { z } from 'zod';
import type { Problem } from '../errors/index.js';

type Path = readonly PropertyKey[];

/** zod's issues as problems: one per unknown key, named by its own path. */
export function problemsOf(error: z.ZodError, locate: (path: Path) => Partial<Problem> = () => ({})): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => problem([...issue.path, key], 'is not a setting of this version', locate));
    }
    return [problem(issue.path, sentence(issue.message), locate)];
  });
}

/** Finds where in the file a path stands, or the closest parent that does. */
export function locator(document: Document.Parsed, lines: LineCounter): (path: Path) => Partial<Problem> {
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) {
        const { line, col } = lines.linePos(node.range[0]);
        return { line, column: col };
      }
    }
    return {};
  };
}

function problem(path: Path, message: string, locate: (path: Path) => Partial<Problem>): Problem {
  return { path: path.map(String).join('.'), message, ...locate(path) };
}

const sentence = (message: string) => message.replace(/^Invalid input: /, '');
