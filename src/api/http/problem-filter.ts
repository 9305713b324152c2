import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catalogue, type CcError, type ErrorCode } from '../../errors/index.js';
import { asksForPage } from '../pages/asks-for-page.js';
import { sendErrorPage } from '../pages/error-page.js';
import { problemDocument, problemHeaders, problemMediaType } from './problem.js';
import { statusOf } from './status.js';
import { translate, translateOfPlugin } from './translate.js';

/** Every error of every route ends here, those of Fastify (body, URL, media type) and of the guard included. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

const logger = new Logger('api');

/** What is sent when telling what was wrong goes wrong: nothing of either, for it may quote anything. */
const lastResort = JSON.stringify({
  type: 'urn:commandcenter:error:CC_INTERNAL',
  title: catalogue.CC_INTERNAL.title,
  status: 500,
  detail: 'the hub could not say what went wrong',
  code: 'CC_INTERNAL' satisfies ErrorCode,
});

/** Never throws: Fastify would answer with the message of what was thrown. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  try {
    answer(thrown, request, reply);
  } catch {
    if (!reply.sent) void reply.code(500).type(`${problemMediaType}; charset=utf-8`).send(lastResort);
  }
}

function answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = ofPlugin(request) ? translateOfPlugin(thrown) : translate(thrown);
  const status = statusOf(error);
  if (status >= 500 && status !== 503)
    logger.error(`${request.method} ${request.routeOptions?.url ?? '?'}: ${stackOf(error)}`);
  if (reply.sent) return;
  if (asksForPage(request)) return sendErrorPage(error, status, request, reply);
  const document = problemDocument(error, request.url);
  void reply.code(status).headers(problemHeaders(error)).send(JSON.stringify(document));
}

function ofPlugin(request: FastifyRequest): boolean {
  return !request.is404 && request.routeOptions?.url?.startsWith('/plugins/') === true;
}

function stackOf(error: CcError): string {
  return error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : (error.stack ?? error.message);
}
