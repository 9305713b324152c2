import { type AttemptOwner, AttemptSpan } from '../engine/attempt-span.js';
import { AttemptEncoder } from './attempt-encoder.js';

const owner = (version: string) =>
  ({ traceId: 'f1e2d3c4b5a697887766554433221100', spanId: '8000000000000001', traceFlags: 1, runId: 'r', version }) as AttemptOwner; // prettier-ignore

const attempt = (version: string, step: string) =>
  new AttemptSpan(owner(version), { step, attempt: 1, agent: 'http', action: 'request' }, 'HTTP', 1_790_000_000_000);

describe('the encoded parts of steps', () => {
  it('are kept once for every step', () => {
    const encoder = new AttemptEncoder();
    encoder.encode([attempt('v1', 'a'), attempt('v1', 'a'), attempt('v1', 'b'), attempt('v2', 'a')]);
    encoder.encode([attempt('v1', 'a')]);
    expect(encoder.kept).toBe(3);
  });

  it('do not grow with the items of lists and the versions of workflows, and stay right', () => {
    const encoder = new AttemptEncoder();
    let most = 0;
    for (let version = 0; version < 100; version++) {
      encoder.encode(Array.from({ length: 1_000 }, (_, n) => attempt(`v${version}`, `each[${n}]`)));
      most = Math.max(most, encoder.kept);
    }
    expect(most).toBe(20_000);
    const last = encoder.encode([attempt('v0', 'each[7]')]);
    expect(last.includes('each[7]')).toBe(true);
    expect(encoder.kept).toBeLessThanOrEqual(20_000);
  });
});
