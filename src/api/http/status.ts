import type { CcError, ErrorCode, ErrorKind } from '../../errors/index.js';
import { PluginRefusal } from './plugin-refusal.js';

/** The only place that knows what an error is in HTTP. */
const byKind: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unprocessable: 422,
  rate_limited: 429,
  failed: 500,
  unavailable: 503,
};

/** HTTP is finer here than our kinds. */
const byCode: Partial<Record<ErrorCode, number>> = {
  CC_METHOD_NOT_ALLOWED: 405,
  CC_MEDIA_TYPE_UNSUPPORTED: 415,
  CC_WORKFLOW_CHANGED: 412,
};

export function statusOf(error: Pick<CcError, 'code' | 'kind'>): number {
  if (error instanceof PluginRefusal) return error.status;
  return byCode[error.code] ?? byKind[error.kind];
}
