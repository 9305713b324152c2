import { Controller, Delete, Get, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Authenticator, Tokens } from '../../identity/index.js';
import { identityName, token, tokenFields } from '../answers/identity.js';
import { pageOf } from '../answers/page.js';
import { actorOf } from '../door/actor.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const listTokens = routeSpec({
  summary: 'API tokens',
  access: 'admin',
  query: sliceQuery,
  answer: { status: 200, description: 'All tokens; the tokens themselves are not kept', schema: pageOf(token) },
});

const createToken = routeSpec({
  summary: 'Make an API token',
  description: 'With a user it acts as them: under their name, in their groups, with no more than their role.',
  access: 'admin',
  audit: 'within',
  body: z.strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .meta({ examples: ['ci'] }),
    role: tokenFields.role,
    approver: tokenFields.approver.default(false),
    expiresAt: tokenFields.expiresAt.default(null),
    user: identityName.nullable().default(null),
    ratePerMinute: tokenFields.ratePerMinute.default(null),
  }),
  answer: {
    status: 201,
    description: 'The token, shown this once',
    schema: token.extend({ token: z.string() }).meta({ id: 'NewToken' }),
  },
  errors: ['CC_TOKEN_EXISTS'],
});

const params = z.strictObject({ id: z.uuid() });

const changeToken = routeSpec({
  summary: 'Change an API token',
  description: 'What is left out stays. Holds on every replica within a second.',
  access: 'admin',
  audit: 'within',
  params,
  body: z.strictObject(tokenFields).partial(),
  answer: { status: 200, description: 'The token as it is now', schema: token },
  errors: ['CC_TOKEN_NOT_FOUND'],
});

const revokeToken = routeSpec({
  summary: 'Revoke an API token',
  description: 'With its browser sessions, on every replica within a second.',
  access: 'admin',
  audit: 'within',
  params,
  answer: { status: 204, description: 'Revoked' },
  errors: ['CC_TOKEN_NOT_FOUND'],
});

@Controller('api/v1/tokens')
export class TokensController {
  constructor(
    private readonly tokens: Tokens,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @Route(listTokens)
  async list(@Req() request: FastifyRequest) {
    const { query } = read(listTokens, request);
    return slice(await this.tokens.list(), query);
  }

  @Post()
  @Route(createToken)
  async create(@Req() request: FastifyRequest) {
    const { body } = read(createToken, request);
    const { token, entity } = await this.tokens.create(body, actorOf(request));
    return { ...entity, token };
  }

  @Patch(':id')
  @Route(changeToken)
  async change(@Req() request: FastifyRequest) {
    const { params, body } = read(changeToken, request);
    const changed = await this.tokens.change(params.id, body, actorOf(request));
    this.authenticator.forgetAll();
    return changed;
  }

  @Delete(':id')
  @Route(revokeToken)
  async revoke(@Req() request: FastifyRequest) {
    await this.tokens.revoke(read(revokeToken, request).params.id, actorOf(request));
    this.authenticator.forgetAll();
  }
}
