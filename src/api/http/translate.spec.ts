import { BadRequestException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { catalogue, CcError, type ErrorCode } from '../../errors/index.js';
import { problemDocument, problemHeaders } from './problem.js';
import { statusOf } from './status.js';
import { translate } from './translate.js';

const coded = (code: string, message = 'secret detail') => Object.assign(new Error(message), { code });

describe('whatever is thrown becomes a coded error', () => {
  const own = new CcError('CC_RUN_NOT_FOUND', 'there is no run x');
  const table: [string, unknown, ErrorCode][] = [
    ['our own', own, 'CC_RUN_NOT_FOUND'],
    ['a body that is too large', coded('FST_ERR_CTP_BODY_TOO_LARGE'), 'CC_REQUEST_TOO_LARGE'],
    ['a media type nobody reads', coded('FST_ERR_CTP_INVALID_MEDIA_TYPE'), 'CC_MEDIA_TYPE_UNSUPPORTED'],
    ['a URL that is none', coded('FST_ERR_BAD_URL'), 'CC_REQUEST_INVALID'],
    ['PostgreSQL that refuses connections', coded('ECONNREFUSED'), 'CC_DATABASE_UNAVAILABLE'],
    ['PostgreSQL that shuts down', coded('57P01'), 'CC_DATABASE_UNAVAILABLE'],
    ['a lost connection', new Error('Connection terminated unexpectedly'), 'CC_DATABASE_UNAVAILABLE'],
    [
      'the same under TypeORM',
      Object.assign(new Error('x'), { driverError: coded('08006') }),
      'CC_DATABASE_UNAVAILABLE',
    ],
    ['the same as a cause', new Error('x', { cause: coded('ECONNRESET') }), 'CC_DATABASE_UNAVAILABLE'],
    ["Nest's bad request", new BadRequestException('no'), 'CC_REQUEST_INVALID'],
    ["Nest's not found", new NotFoundException('Cannot GET /x'), 'CC_ROUTE_NOT_FOUND'],
    ["Nest's unavailable", new ServiceUnavailableException('later'), 'CC_SHUTTING_DOWN'],
    ['a read that took too long', coded('57014'), 'CC_READ_TOO_SLOW'],
    ['a NUL in a text', coded('22021'), 'CC_REQUEST_INVALID'],
    ['a syntax error in SQL', coded('42601'), 'CC_INTERNAL'],
    ['a bug', new TypeError('undefined is not a function'), 'CC_INTERNAL'],
    ['a string', 'oops', 'CC_INTERNAL'],
    ['nothing', undefined, 'CC_INTERNAL'],
  ];

  it.each(table)('%s', (_name, thrown, code) => expect(translate(thrown).code).toBe(code));

  it.each(table.filter(([, , code]) => code === 'CC_INTERNAL'))(
    'and tells nobody what is inside: %s',
    (_name, thrown) => {
      const { detail } = problemDocument(translate(thrown), '/x');
      expect(detail).toBe('the hub failed to answer this request; the log of the hub says why');
    },
  );
});

describe('a problem document', () => {
  it('has the five members of RFC 9457, the code, and the problems', () => {
    const error = new CcError('CC_INPUT_INVALID', 'the input is wrong', {
      problems: [{ path: 'input.name', message: 'is missing' }],
    });
    expect(problemDocument(error, '/api/v1/workflows/hello/runs?token=secret')).toEqual({
      type: 'urn:commandcenter:error:CC_INPUT_INVALID',
      title: catalogue.CC_INPUT_INVALID.title,
      status: 400,
      detail: 'the input is wrong',
      instance: '/api/v1/workflows/hello/runs',
      code: 'CC_INPUT_INVALID',
      problems: [{ path: 'input.name', message: 'is missing' }],
    });
  });

  it('stays small whatever is wrong', () => {
    const problems = Array.from({ length: 5000 }, (_, n) => ({
      path: `body.${'x'.repeat(5000)}${n}`,
      message: 'is not known here',
    }));
    const document = problemDocument(new CcError('CC_REQUEST_INVALID', 'x'.repeat(1_000_000), { problems }), '/x');
    expect(document.problems).toHaveLength(100);
    expect(JSON.stringify(document).length).toBeLessThan(150_000);
  });

  it('says when to come back, in whole seconds, wherever coming back helps', () => {
    const retryAfter = (code: ErrorCode, seconds?: number) =>
      problemHeaders(new CcError(code, 'x', seconds === undefined ? {} : { retryAfter: seconds }))['retry-after'];
    expect(retryAfter('CC_OVERLOADED', 2.2)).toBe('3');
    expect(retryAfter('CC_RATE_LIMITED')).toBe('1');
    expect(retryAfter('CC_RUN_NOT_FOUND', 5)).toBeUndefined();
  });

  it('asks for a bearer token when there was none', () => {
    expect(problemHeaders(new CcError('CC_UNAUTHENTICATED', 'x'))['www-authenticate']).toMatch(/^Bearer /);
  });

  it('has a status for every code of the catalogue', () => {
    for (const code of Object.keys(catalogue) as ErrorCode[])
      expect(statusOf(new CcError(code, 'x'))).toBeGreaterThanOrEqual(400);
  });
});
