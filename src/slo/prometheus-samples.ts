import { z } from 'zod';
import { messageOf } from '../errors/index.js';

/** For the whole answer, its body included. */
const timeoutMs = 2_000;
/** Hundreds of SLOs are a megabyte. */
const maxBytes = 16 * 1024 * 1024;
/** The last second a Date knows. */
const lastSecond = 8.64e12;

/** One question for all of it. */
const query =
  '{__name__=~"slo:error_budget_remaining:ratio|slo:error_ratio:rate(5m|1h|6h|1d|3d)|ALERTS", slo!="", workflow_id!=""}';

const sample = z.object({
  metric: z.record(z.string(), z.string()),
  /** Seconds since 1970, and a number as text. */
  value: z.tuple([z.number().min(0).max(lastSecond), z.string()]),
});
const answer = z.object({ status: z.literal('success'), data: z.object({ result: z.array(sample) }) });

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly at: Date;
  readonly value: number;
}

/** What Prometheus has about SLOs of workflows; a sentence, in bounded time, when it does not say. Never throws. */
export async function samplesOf(url: string | undefined): Promise<readonly Sample[] | string> {
  if (url === undefined) return 'prometheus.url is not set';
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const { address, headers } = request(url);
    const response = await fetch(address, { headers, signal: late });
    if (!response.ok) {
      await response.body?.cancel();
      return `Prometheus answered ${response.status}`;
    }
    const text = await read(response);
    if (text === undefined) return `Prometheus answered with more than ${maxBytes} bytes`;
    const { data } = answer.parse(JSON.parse(text));
    return data.result
      .map(({ metric, value: [seconds, value] }) => ({
        labels: metric,
        at: new Date(seconds * 1000),
        value: Number(value),
      }))
      .filter(({ value }) => Number.isFinite(value));
  } catch (error) {
    if (late.aborted) return `Prometheus does not answer within ${timeoutMs} ms`;
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return 'what answers at prometheus.url is no Prometheus';
    return `Prometheus does not answer: ${reasonOf(error)}`;
  }
}

/** fetch refuses an address with a password in it, and says the password in its message. */
function request(url: string): { address: URL; headers: Record<string, string> } {
  const address = new URL(`${url}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
  const { username, password } = address;
  if (username === '' && password === '') return { address, headers: {} };
  address.username = address.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { address, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** Undefined: too large. */
async function read(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** fetch says "fetch failed"; what happened is in the cause. */
function reasonOf(error: unknown): string {
  const { code, message } = ((error as { cause?: unknown } | undefined)?.cause ?? {}) as Record<string, unknown>;
  const told = [code, message].find((one) => typeof one === 'string');
  return told ?? messageOf(error);
}
