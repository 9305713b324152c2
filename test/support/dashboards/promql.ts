import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

interface Selector {
  /** As it is written, without its window. */
  readonly text: string;
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** `5m` of `x[5m]`. */
  readonly window?: string;
  /** The function right around it, and every label that something around it groups by. */
  readonly within?: string;
  readonly grouped: readonly string[];
}

export interface Parsed {
  /** Where it is no PromQL. */
  readonly errors: readonly string[];
  readonly selectors: readonly Selector[];
  /** The labels that its result has. */
  readonly resultLabels: readonly string[];
}

export function parsePromql(text: string): Parsed {
  const errors: string[] = [];
  const selectors: Selector[] = [];
  const read = (node: SyntaxNode) => text.slice(node.from, node.to);
  const first = (node: SyntaxNode, name: string) => all(node, name)[0];

  function all(node: SyntaxNode, name: string): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    node.cursor().iterate(({ node: inner }) => {
      if (inner.from < node.from || inner.to > node.to) return false;
      if (inner.name === name) found.push(inner);
      return true;
    });
    return found;
  }

  function walk(node: SyntaxNode, around: Pick<Selector, 'window' | 'within' | 'grouped'>): void {
    if (node.type.isError) errors.push(`${node.from}: ${text.slice(node.from, node.from + 20) || 'the end'}`);
    if (node.name === 'VectorSelector') {
      const matchers = all(node, 'UnquotedLabelMatcher').map((matcher) => ({
        label: read(first(matcher, 'LabelName') as SyntaxNode),
        operator: read(first(matcher, 'MatchOp') as SyntaxNode),
        value: JSON.parse(read(first(matcher, 'StringLiteral') as SyntaxNode)) as string,
      }));
      const name = first(node, 'Identifier');
      selectors.push({ text: read(node), metric: name ? read(name) : '', matchers, ...around });
    }
    let inside = around;
    if (node.name === 'FunctionCall') inside = { ...inside, within: read(node.firstChild as SyntaxNode) };
    if (node.name === 'MatrixSelector') inside = { ...inside, window: read(node.lastChild as SyntaxNode) };
    if (node.name === 'AggregateExpr') {
      const modifier = node.getChild('AggregateModifier');
      const labels = modifier ? all(modifier, 'LabelName').map(read) : [];
      inside = { grouped: [...inside.grouped, ...labels] };
    }
    for (let child = node.firstChild; child; child = child.nextSibling) walk(child, inside);
  }

  const { topNode } = parser.parse(text);
  walk(topNode, { grouped: [] });
  const outermost = first(topNode, 'AggregateModifier');
  const labels = outermost ? all(outermost, 'LabelName').map(read) : [];
  const quantile = all(topNode, 'HistogramQuantile').length > 0;
  return { errors, selectors, resultLabels: quantile ? labels.filter((label) => label !== 'le') : labels };
}
