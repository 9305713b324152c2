import {
  CST,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  type Node,
  type YAMLParseError,
} from 'yaml';
import { messageOf, type Problem } from '../../errors/index.js';
import { isStackOverflow } from '../stack-overflow.js';
import { pathText, type Path, type PathPart } from './path.js';
import { MAX_PROBLEMS, type Place } from './report.js';

export const SOURCE_LIMITS = {
  /** Characters of a file. */
  size: 262_144,
  /** Words and signs in it: the parser takes seconds for more, and hours for some. */
  tokens: 60_000,
  /** Values in it, aliases followed: an alias of an alias of an alias grows without end otherwise. */
  values: 50_000,
  aliases: 100,
  depth: 64,
} as const;

interface Position {
  readonly line: number;
  readonly column: number;
}

/** A value and where it and its children stand in the text. */
interface Located {
  readonly value: unknown;
  readonly start: number;
  /** The end of a scalar: needed to find an expression in it. */
  readonly end: number;
  readonly keyStart: number;
  readonly children: ReadonlyMap<PathPart, Located>;
}

/** A file's text as data, with the position of every value. YAML; JSON is a part of it. */
export class Source {
  readonly value: unknown;

  private constructor(
    private readonly text: string,
    private readonly lines: LineCounter,
    private readonly root: Located,
  ) {
    this.value = root.value;
  }

  static read(text: string): { source?: Source; problems: readonly Problem[] } {
    if (text.length > SOURCE_LIMITS.size) {
      return {
        problems: [
          { path: '', message: `the file has ${text.length} characters; at most ${SOURCE_LIMITS.size} are read` },
        ],
      };
    }
    const refusal = refusalOf(text);
    if (refusal !== undefined) return { problems: [{ path: '', message: refusal }] };
    const lines = new LineCounter();
    try {
      // Duplicate keys are found below: the parser's own check takes quadratic time.
      const document = parseDocument(text, {
        lineCounter: lines,
        uniqueKeys: false,
        prettyErrors: false,
        stringKeys: false,
      });
      // One slip makes the parser stumble over all that follows: only the first error says something.
      const [error] = document.errors;
      if (error !== undefined)
        return { problems: [{ path: '', message: syntaxMessage(error, text), ...at(lines, error.pos[0]) }] };
      const reader = new Reader();
      const source = new Source(text, lines, reader.read(document.contents, [], -1));
      const problems = reader.faults.slice(0, MAX_PROBLEMS).map(({ path, message, offset }) => ({
        path: pathText(path),
        message,
        ...at(lines, offset),
      }));
      return problems.length === 0 ? { source, problems } : { problems };
    } catch (error) {
      const message = isStackOverflow(error) ? TOO_DEEP : messageOf(error);
      return { problems: [{ path: '', message }] };
    }
  }

  /** Of the value at a path, or of the nearest one above it. `offset` counts from the start of a text value. */
  positionOf(path: Path, { inKey = false, offset }: Place = {}): Position {
    let located = this.root;
    let exact = true;
    for (const part of path) {
      const child = located.children.get(part);
      if (child === undefined) {
        exact = false;
        break;
      }
      located = child;
    }
    if (exact && inKey && located.keyStart >= 0) return at(this.lines, located.keyStart);
    if (exact && offset !== undefined) return at(this.lines, this.#offsetWithin(located, offset));
    return at(this.lines, located.start);
  }

  /** Escapes and folded lines shift a text against its source: the piece from there on is looked for, else its beginning must do. */
  #offsetWithin({ value, start, end }: Located, offset: number): number {
    if (typeof value !== 'string') return start;
    const written = this.text.slice(start, end);
    for (const length of [24, 8]) {
      const piece = value
        .slice(offset, offset + length)
        .split('\n', 1)[0]!
        .trimEnd();
      if (piece === '') continue;
      const direct = offset + (written[0] === '"' || written[0] === "'" ? 1 : 0);
      if (written.startsWith(piece, direct)) return start + direct;
      const found = written.indexOf(piece);
      if (found !== -1) return start + found;
    }
    return start;
  }
}

function at(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** A quick look before parsing, whose time grows with the square of the nesting. */
function refusalOf(text: string): string | undefined {
  let tokens = 0;
  let depth = 0;
  let afterMark = false;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > SOURCE_LIMITS.tokens) return `the file has more than ${SOURCE_LIMITS.tokens} tokens`;
    // The lexer marks a text that has no quotes; what follows the mark is never a bracket.
    if (!afterMark && (token === '[' || token === '{') && ++depth > SOURCE_LIMITS.depth) return TOO_DEEP;
    if (!afterMark && (token === ']' || token === '}')) depth = Math.max(0, depth - 1);
    afterMark = token === CST.SCALAR;
  }
  return undefined;
}

const TOO_DEEP = 'the file is nested too deeply';

function syntaxMessage({ message, pos: [offset] }: YAMLParseError, text: string): string {
  if (message.startsWith('Maximum call stack')) return TOO_DEEP;
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0]!;
  // In `{ x: ${{ y }} }` YAML reads the braces of the expression as its own.
  const hint = /[{,[].*\$\{\{/.test(line)
    ? '; put quotes around a value with ${{ }} that stands inside { } or [ ]'
    : '';
  return `this is not YAML: ${message}${hint}`;
}

/** Turns nodes into located values, counting: the text is not trusted. */
class Reader {
  readonly faults: { path: Path; message: string; offset: number }[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #values = 0;
  #aliases = 0;

  read(node: unknown, path: Path, keyStart: number): Located {
    if (++this.#values > SOURCE_LIMITS.values)
      throw new Error(`the file has more than ${SOURCE_LIMITS.values} values, aliases counted`);
    if (path.length > SOURCE_LIMITS.depth) throw new RangeError('too deep');
    if (isAlias(node)) return this.#follow(node.source, node.range?.[0] ?? 0, path, keyStart);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return leaf(null, 0, 0, keyStart);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    const [start, end] = node.range ?? [0, 0];
    if (isScalar(node)) return leaf(this.#scalar(node.value, path, start), start, end, keyStart);
    this.#open.add(node);
    const children = new Map<PathPart, Located>();
    let value: unknown;
    if (isSeq(node)) {
      node.items.forEach((item, i) => children.set(i, this.read(item, [...path, i], -1)));
      value = [...children.values()].map((child) => child.value);
    } else {
      value = this.#map(node.items, path, children);
    }
    this.#open.delete(node);
    return { value, start, end, keyStart, children };
  }

  #map(items: readonly { key: unknown; value: unknown }[], path: Path, children: Map<PathPart, Located>): object {
    const value: Record<string, unknown> = {};
    for (const pair of items) {
      if (!isScalar(pair.key)) {
        this.faults.push({
          path,
          message: 'a key must be a plain word',
          offset: isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0,
        });
        continue;
      }
      const key = String(pair.key.value);
      const keyPath = [...path, key];
      const offset = pair.key.range?.[0] ?? 0;
      if (key === '__proto__') this.faults.push({ path: keyPath, message: 'this key is not allowed', offset });
      else if (children.has(key))
        this.faults.push({ path: keyPath, message: `the key "${key.slice(0, 80)}" stands here twice`, offset });
      else {
        const child = this.read(pair.value, keyPath, offset);
        children.set(key, child);
        value[key] = child.value;
      }
    }
    return value;
  }

  #follow(name: string, start: number, path: Path, keyStart: number): Located {
    if (++this.#aliases > SOURCE_LIMITS.aliases)
      throw new Error(`the file uses more than ${SOURCE_LIMITS.aliases} aliases, those inside others counted`);
    const target = this.#anchors.get(name);
    if (target === undefined) throw new Error(`the alias *${name} has no anchor before it`);
    if (this.#open.has(target)) throw new Error(`the alias *${name} stands inside what it names`);
    return { ...this.read(target, path, keyStart), start };
  }

  #scalar(value: unknown, path: Path, offset: number): unknown {
    if (typeof value === 'number' && !Number.isFinite(value))
      this.faults.push({ path, message: 'this number has no form in JSON', offset });
    return value instanceof Date ? value.toISOString() : (value ?? null);
  }
}

function leaf(value: unknown, start: number, end: number, keyStart: number): Located {
  return { value, start, end, keyStart, children: new Map() };
}
