import { HttpException } from '@nestjs/common';
import { CcError, messageOf, type CcErrorOptions, type ErrorCode } from '../../errors/index.js';
import { PluginRefusal } from './plugin-refusal.js';

/** Whatever was thrown while a request was served, as a coded error. What is not ours stays in `cause`, for the log. */
export function translate(thrown: unknown): CcError {
  if (thrown instanceof CcError) return thrown;
  const error = thrown instanceof HttpException && thrown.cause !== undefined ? thrown.cause : thrown;
  return fastifyError(error) ?? databaseError(error) ?? httpError(error) ?? unforeseen(thrown);
}

/**
 * The same for a route of a plugin. What it throws through Nest's exceptions keeps its status. Anything else is a fault: an
 * error of a server it asked may carry a status and a message too, and they are not for the caller.
 */
export function translateOfPlugin(thrown: unknown): CcError {
  if (thrown instanceof CcError) return thrown;
  const status = statusThrown(thrown);
  if (status === undefined) return codeOf(thrown)?.startsWith('FST_') === true ? translate(thrown) : unforeseen(thrown);
  if (status === 500) return unforeseen(thrown);
  const { message } = thrown as Error;
  const told = status < 500 || status === 503 ? message : 'the plugin failed to answer; the log of the hub says why';
  return new PluginRefusal(status, told, { cause: thrown });
}

/** Of Nest's exceptions; not `instanceof`, for a plugin may carry its own copy of Nest. */
function statusThrown(thrown: unknown): number | undefined {
  const { getStatus } = (thrown ?? {}) as { getStatus?: unknown };
  if (!(thrown instanceof Error) || typeof getStatus !== 'function') return undefined;
  const status: unknown = getStatus.call(thrown);
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) < 600 ? Number(status) : undefined;
}

type Translation = readonly [code: ErrorCode, message: (error: Error) => string];

const ofFastify: Readonly<Record<string, Translation>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'CC_REQUEST_TOO_LARGE',
    () => 'the body is larger than accepted here; send less, or raise engine.requestBytes, which most routes go by',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'CC_MEDIA_TYPE_UNSUPPORTED',
    () => 'this Content-Type is not read here; the API reads application/json, and YAML where a workflow is sent',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['CC_REQUEST_INVALID', () => 'the body is not as long as Content-Length says'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['CC_REQUEST_INVALID', () => 'the body is empty; send JSON'],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    'CC_REQUEST_INVALID',
    (error) => `the body is not JSON the hub accepts: ${error.message}`,
  ],
  FST_ERR_BAD_URL: ['CC_REQUEST_INVALID', () => 'the address is not a valid URL; percent-encode special characters'],
  FST_ERR_MAX_PARAM_LENGTH: ['CC_REQUEST_INVALID', () => 'a part of the path is longer than any id can be'],
  FST_ERR_ASYNC_CONSTRAINT: ['CC_REQUEST_INVALID', () => 'the request cannot be routed'],
};

function fastifyError(error: unknown): CcError | undefined {
  if (!(error instanceof Error)) return undefined;
  const translation = ofFastify[codeOf(error) ?? ''];
  return translation && new CcError(translation[0], translation[1](error), { cause: error });
}

/** Classes and codes of PostgreSQL and of sockets that mean: it is not there, or it is going. */
const gone =
  /^(08...|57P0[1-3]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const goneMessages =
  /connection terminated|timeout exceeded when trying to connect|cannot use a pool after calling end|client was closed|connection error and is not queryable/i;

/** The statement's time was up: only reads have a limit. */
const tooSlow = '57014';
const slowWords = 'this takes PostgreSQL too long to find; ask for less, by naming a workflow or a time';

/** The character NUL, which JSON and addresses can hold and PostgreSQL's text cannot. */
const notText = '22021';
const notTextWords = 'a text of the request holds the character NUL (\\u0000), which the hub does not take there';

function databaseError(error: unknown): CcError | undefined {
  for (let link = error, depth = 0; link instanceof Error && depth < 5; link = link.cause, depth += 1) {
    const driver = (link as { driverError?: unknown }).driverError;
    const code = codeOf(driver) ?? codeOf(link) ?? '';
    if (code === notText) return new CcError('CC_REQUEST_INVALID', notTextWords, { cause: error });
    if (code === tooSlow) return new CcError('CC_READ_TOO_SLOW', slowWords, { cause: error, retryAfter: 10 });
    if (gone.test(code) || goneMessages.test(link.message)) {
      return new CcError('CC_DATABASE_UNAVAILABLE', 'PostgreSQL does not answer at the moment; try again', {
        cause: error,
      });
    }
  }
  return undefined;
}

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'CC_UNAUTHENTICATED',
  403: 'CC_FORBIDDEN',
  404: 'CC_ROUTE_NOT_FOUND',
  405: 'CC_METHOD_NOT_ALLOWED',
  413: 'CC_REQUEST_TOO_LARGE',
  415: 'CC_MEDIA_TYPE_UNSUPPORTED',
  429: 'CC_RATE_LIMITED',
  503: 'CC_SHUTTING_DOWN',
};

/** An error of Nest, Fastify or a plugin of theirs that carries a status below 500: its message is meant for the caller. */
function httpError(error: unknown): CcError | undefined {
  if (!(error instanceof Error)) return undefined;
  const status =
    error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown }).statusCode);
  if (!(status >= 400 && status < 500) && status !== 503) return undefined;
  return new CcError(byStatus[status] ?? 'CC_REQUEST_INVALID', error.message, { cause: error });
}

function unforeseen(thrown: unknown): CcError {
  const options: CcErrorOptions = { cause: thrown instanceof Error ? thrown : new Error(messageOf(thrown)) };
  return new CcError('CC_INTERNAL', 'the hub failed to answer this request; the log of the hub says why', options);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
