/** A text cut at its `${{ }}`. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** `at` is where the expression starts in the text, from 0. */
  | { readonly kind: 'expression'; readonly text: string; readonly at: number };

export type Cut =
  { readonly ok: true; readonly pieces: readonly Piece[] } | { readonly ok: false; readonly at: number };

/** Quotes and braces of CEL are followed, so `${{ {"a": {"b": "}}"}} }}` is one expression. An open `${{` is refused. */
export function cut(text: string): Cut {
  const pieces: Piece[] = [];
  let from = 0;
  for (let open = text.indexOf('${{'); open !== -1; open = text.indexOf('${{', from)) {
    if (open > from) pieces.push({ kind: 'text', text: text.slice(from, open) });
    const end = endOf(text, open + 3);
    if (end === -1) return { ok: false, at: open };
    pieces.push({ kind: 'expression', text: text.slice(open + 3, end), at: open + 3 });
    from = end + 2;
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) });
  return { ok: true, pieces };
}

/** Where the closing braces of an expression start; -1 when there are none. */
function endOf(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"' || character === "'") {
      at = endOfQuote(text, at);
      if (at === -1) return -1;
    } else if (character === '{') depth++;
    else if (character === '}') {
      if (depth > 0) depth--;
      else return text[at + 1] === '}' ? at : -1;
    }
  }
  return -1;
}

/** The last character of a CEL text that starts at `at`: `'..'`, `".."`, `'''..'''`; `\` hides a quote in raw ones too. */
function endOfQuote(text: string, at: number): number {
  const quote = text[at]!;
  const triple = text.startsWith(quote.repeat(3), at);
  const closing = triple ? quote.repeat(3) : quote;
  for (let i = at + closing.length; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text.startsWith(closing, i)) return i + closing.length - 1;
  }
  return -1;
}
