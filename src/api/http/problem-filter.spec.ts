import { Logger } from '@nestjs/common';
import fastify from 'fastify';
import { sendProblem } from './problem-filter.js';

describe('sendProblem', () => {
  afterEach(() => Logger.overrideLogger(false));

  it.each(['/', '/page'])('answers a fixed problem of its own when the log throws (%s)', async (url) => {
    const secret = 'a-pattern-with-all-secrets';
    Logger.overrideLogger({
      log: () => undefined,
      warn: () => undefined,
      error: () => {
        throw new SyntaxError(`Invalid regular expression: /${secret}/: Regular expression too large`);
      },
    });
    const server = fastify();
    server.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
    server.get(url, () => {
      throw new Error(`fails with ${secret}`);
    });
    const answer = await server.inject({ url, headers: { accept: 'text/html, */*' } });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      500,
      'application/problem+json; charset=utf-8',
    ]);
    expect(answer.json()).toMatchObject({ status: 500, code: 'CC_INTERNAL' });
    expect(answer.body).not.toContain(secret);
    await server.close();
  });
});
