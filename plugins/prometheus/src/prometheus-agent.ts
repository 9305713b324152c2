import { Action, type ActionContext, Agent, RetryableError, TerminalError } from '@commandcenter/sdk';
import { expectation, type Value, valueOf } from './expectation.js';
import { instantOf, secondsOf } from './instant.js';
import { PrometheusClient, type Sample } from './prometheus-client.js';
import { QueryInput, QueryOutput, QueryRangeInput, QueryRangeOutput } from './query-schema.js';

type Labels = Readonly<Record<string, string>>;
interface Found {
  readonly labels: Labels;
  readonly value: Value;
}

@Agent({ id: 'prometheus', title: 'Prometheus', description: 'Asks Prometheus, and waits for what it should say.' })
export class PrometheusAgent {
  constructor(private readonly client: PrometheusClient) {}

  @Action({ id: 'query', title: 'Query at one moment', input: QueryInput, output: QueryOutput })
  async query(input: QueryInput, ctx: ActionContext): Promise<QueryOutput> {
    const parameters = { query: input.query, ...(input.time !== undefined && { time: seconds(input.time) }) };
    const { data, warnings } = await this.client.ask('query', parameters, ctx.signal, ctx.traceparent);
    const { resultType } = data;
    if (resultType === 'matrix') throw new TerminalError('The query gives ranges: use prometheus.queryRange');
    const items =
      resultType === 'vector'
        ? data.result.map(({ metric, value }) => ({ labels: metric, value: plain(value) }))
        : [{ labels: {}, value: resultType === 'string' ? data.result[1] : valueOf(data.result[1]) }];
    this.#check(items, input);
    return { resultType, items, value: items.length === 1 ? items[0]!.value : null, warnings: [...warnings] };
  }

  @Action({ id: 'queryRange', title: 'Query over a range', input: QueryRangeInput, output: QueryRangeOutput })
  async queryRange(input: QueryRangeInput, ctx: ActionContext): Promise<QueryRangeOutput> {
    const { query, start, end, step } = input;
    const parameters = { query, start: seconds(start), end: seconds(end), step: String(secondsOf(step)) };
    const { data, warnings } = await this.client.ask('query_range', parameters, ctx.signal, ctx.traceparent);
    if (data.resultType !== 'matrix') throw new TerminalError(`Prometheus gave a ${data.resultType}, not a range`);
    const items = data.result.map(({ metric, values = [] }) => ({
      labels: metric,
      values: values.map(([time, value]) => ({ time, value: valueOf(value) })),
    }));
    this.#check(
      items.flatMap(({ labels, values }) => values.map(({ value }) => ({ labels, value }))),
      input,
    );
    return { resultType: 'matrix', items, warnings: [...warnings] };
  }

  /** Failed in a way that another attempt may heal: so `retry` polls until it is as expected. */
  #check(found: readonly Found[], { expect, ifEmpty }: Pick<QueryInput, 'expect' | 'ifEmpty'>): void {
    if (expect === undefined) return;
    if (found.length === 0) {
      if (ifEmpty === 'pass') return;
      throw new RetryableError(
        `The result is empty, so nothing is ${expect}; when that is how it should be, say ifEmpty: pass`,
      );
    }
    const holds = expectation(expect)!;
    const wrong = found.filter(({ value }) => !holds(value));
    if (wrong.length === 0) return;
    const [{ labels, value }] = wrong as [Found];
    const others = wrong.length === 1 ? '' : `, and ${wrong.length - 1} more values`;
    throw new RetryableError(`Expected ${expect}, but ${this.#named(labels)} is ${value}${others}`);
  }

  /** Redacted before it is cut. */
  #named(labels: Labels): string {
    const entries = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return entries.length === 0 ? 'the value' : `{${this.client.redact(entries.join(', ')).slice(0, 300)}}`;
  }
}

function plain(value: Sample | undefined): Value {
  if (value !== undefined) return valueOf(value[1]);
  throw new TerminalError(
    'The result holds native histograms: ask for a number, for example with histogram_quantile()',
  );
}

function seconds(instant: string | number): string {
  return String(instantOf(instant, Date.now()));
}
