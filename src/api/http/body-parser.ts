import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CcError } from '../../errors/index.js';

/** Deeper JSON is refused before it is parsed: what walks it later (schemas, hashes, expressions) does so by recursion. */
const maxJsonDepth = 64;

type Done = (error: Error | null, body?: unknown) => void;

/** Media types of workflow files. */
const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'text/plain'];

/** Reads JSON (any `+json` too) on every route, and text or forms on the routes that ask for them. Nothing else gets in. */
export function installBodyParsers(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();

  const json = (request: FastifyRequest, text: string, done: Done) => {
    if (wantsText(request)) return done(null, text);
    // Clients that always send a Content-Type send it with no body too.
    if (text === '') return done(null, undefined);
    if (depthExceeds(text, maxJsonDepth)) return done(tooDeep());
    void parseJson(request, text, (error, body) => (error === null ? done(null, body) : done(notJson(error))));
  };
  const yaml = (request: FastifyRequest, text: string, done: Done) =>
    wantsText(request) ? done(null, text) : done(notRead(request.headers['content-type'] ?? ''));
  const form = (request: FastifyRequest, text: string, done: Done) =>
    request.routeOptions.config.formBody === true
      ? done(null, Object.fromEntries(new URLSearchParams(text)))
      : done(notRead('application/x-www-form-urlencoded'));

  server.addContentTypeParser(/^application\/([\w.-]+\+)?json\s*(;|$)/, { parseAs: 'string' }, json);
  server.addContentTypeParser(yamlTypes, { parseAs: 'string' }, yaml);
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, form);
}

/** Whether brackets nest deeper than the limit. Does not care whether the text is JSON: that is for the parser to say. */
export function depthExceeds(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        for (at += 1; at < text.length && text.charCodeAt(at) !== 0x22; at += 1)
          if (text.charCodeAt(at) === 0x5c) at += 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > limit) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth -= 1;
    }
  }
  return false;
}

function wantsText(request: FastifyRequest): boolean {
  return request.routeOptions.config.textBody === true;
}

function tooDeep(): CcError {
  return new CcError('CC_REQUEST_INVALID', `the body nests deeper than ${maxJsonDepth} levels`, {
    problems: [{ path: 'body', message: `nests deeper than ${maxJsonDepth} levels` }],
  });
}

function notJson(cause: Error): CcError {
  return new CcError('CC_REQUEST_INVALID', `the body is not JSON the hub accepts: ${cause.message}`, {
    cause,
    problems: [{ path: 'body', message: cause.message }],
  });
}

function notRead(type: string): CcError {
  return new CcError('CC_MEDIA_TYPE_UNSUPPORTED', `"${type}" is not read here; send application/json`);
}
