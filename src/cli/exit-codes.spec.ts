import { catalogue } from '../errors/index.js';
import { exitCodes, exitOfKind, exitOfStatus } from './exit-codes.js';

describe('exit codes', () => {
  it('are distinct', () => {
    const codes = Object.values(exitCodes).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('are the same whether the hub or this command line found the fault', () => {
    const statusOf = {
      invalid: 400,
      unauthenticated: 401,
      forbidden: 403,
      not_found: 404,
      conflict: 409,
      too_large: 413,
      unprocessable: 422,
      rate_limited: 429,
      unavailable: 503,
      failed: 500,
    };
    for (const { kind } of Object.values(catalogue))
      expect([kind, exitOfKind(kind)]).toEqual([kind, exitOfStatus(statusOf[kind])]);
  });
});
