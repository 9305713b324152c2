import { CcError } from '../../errors/index.js';
import type { ProblemView } from './shapes.js';

/** The body of an RFC 9457 answer. */
export interface ProblemDocument {
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  /** May be a code this command line does not know: the hub can be newer. */
  readonly code?: string;
  readonly problems?: readonly ProblemView[];
}

/** The hub answered, and said no. */
export class HubError extends Error {
  constructor(
    readonly status: number,
    readonly document: ProblemDocument,
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(document.detail ?? document.title ?? `The hub answered ${status}`);
    this.name = 'HubError';
  }

  get code(): string | undefined {
    return this.document.code;
  }

  /** Nothing was done, and the same request can succeed a moment later. */
  get passing(): boolean {
    return this.status === 429 || (this.status >= 502 && this.status <= 504);
  }
}

/** A hub that restarts, is busy or cannot be reached: the same request can succeed a moment later. */
export function isPassing(thrown: unknown): thrown is Error {
  if (thrown instanceof HubError) return thrown.passing;
  return thrown instanceof CcError && thrown.code === 'CC_HUB_UNREACHABLE';
}

/** Reads an error answer, also one that no hub wrote (a proxy's HTML page, say). */
export function hubErrorOf(response: Response, text: string): HubError {
  const retryAfter = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return new HubError(response.status, documentOf(text, response), Number.isNaN(retryAfter) ? undefined : retryAfter);
}

function documentOf(text: string, response: Response): ProblemDocument {
  if (/[/+]json\b/.test(response.headers.get('content-type') ?? '')) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return value;
    } catch {
      // falls through: a cut-off body says no more than the status
    }
  }
  return {
    status: response.status,
    detail: `${response.url} answered ${response.status} ${response.statusText}, and not as a CommandCenter hub would`,
  };
}
