import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CcError } from '../../errors/index.js';
import { verifiesItself } from './strangers.js';

/** Deeper JSON is refused before it is parsed: what walks it later (schemas, hashes, expressions) does so by recursion. */
const maxJsonDepth = 64;

type Done = (error: Error | null, body?: unknown) => void;

/** JSON, and any `+json` too. */
const jsonType = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
/** Media types of workflow files. */
const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'text/plain'];

declare module 'fastify' {
  interface FastifyInstance {
    /** JSON as the hub takes it: not too deep, no names that change prototypes. */
    parseJson: (request: FastifyRequest, text: string, done: Done) => void;
  }
}

/**
 * Reads JSON on every route, and text or forms on the routes that ask for them. Nothing else gets in, but for routes that
 * verify what they get: they have it as it came, whatever its type.
 */
export function installBodyParsers(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.decorate('parseJson', (request: FastifyRequest, text: string, done: Done) => {
    // Clients that always send a Content-Type send it with no body too.
    if (text === '') return done(null, undefined);
    if (depthExceeds(text, maxJsonDepth)) return done(tooDeep());
    void parse(request, text, (error, body) => (error === null ? done(null, body) : done(notJson(error))));
  });

  const json = (request: FastifyRequest, text: string, done: Done) =>
    wantsText(request) ? done(null, text) : server.parseJson(request, text, done);
  const yaml = (request: FastifyRequest, text: string, done: Done) =>
    wantsText(request) ? done(null, text) : done(notRead(request));
  const form = (request: FastifyRequest, text: string, done: Done) =>
    request.routeOptions.config.formBody === true
      ? done(null, Object.fromEntries(new URLSearchParams(text)))
      : done(notRead(request));
  const other = (request: FastifyRequest, _text: string, done: Done) => done(notRead(request));
  const wantsBytes = (request: FastifyRequest, read: unknown) =>
    verifiesItself(request) || (read !== json && request.routeOptions.config.anyBody === true);

  const add = (type: string | string[] | RegExp, read: (request: FastifyRequest, text: string, done: Done) => void) =>
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body: Buffer, done) =>
      wantsBytes(request, read) ? done(null, body) : read(request, body.toString(), done),
    );
  add(jsonType, json);
  add(yamlTypes, yaml);
  add('application/x-www-form-urlencoded', form);
  add('*', other);
}

/** The body of a request that has proved itself: JSON where it says that it is, else as it came. */
export function parseVerifiedBody(server: FastifyInstance, request: FastifyRequest, body: Buffer): Promise<unknown> {
  if (!jsonType.test(request.headers['content-type'] ?? '')) return Promise.resolve(body);
  return new Promise((resolve, reject) => {
    server.parseJson(request, body.toString(), (error, value) => (error === null ? resolve(value) : reject(error)));
  });
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

function notRead({ headers }: FastifyRequest): CcError {
  const type = headers['content-type'];
  return new CcError(
    'CC_MEDIA_TYPE_UNSUPPORTED',
    type === undefined
      ? 'the body has no Content-Type; send application/json'
      : `"${type}" is not read here; send application/json`,
  );
}
