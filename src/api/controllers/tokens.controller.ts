import { Controller, Delete, Get, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Authenticator, roles, Tokens, type TokenEntity } from '../../identity/index.js';
import { pageOf, time } from '../answers/page.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const token = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(roles),
    approver: z.boolean(),
    createdAt: time,
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable().describe('At most a minute old'),
  })
  .meta({ id: 'Token' });

const listTokens = routeSpec({
  summary: 'API tokens',
  access: 'admin',
  query: sliceQuery,
  answer: { status: 200, description: 'All tokens; the tokens themselves are not kept', schema: pageOf(token) },
});

const createToken = routeSpec({
  summary: 'Make an API token',
  access: 'admin',
  body: z.strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .meta({ examples: ['ci'] }),
    role: z.enum(roles),
    approver: z.boolean().default(false).describe('May decide approvals as well'),
    expiresAt: time
      .transform((text) => new Date(text))
      .nullable()
      .default(null),
  }),
  answer: {
    status: 201,
    description: 'The token, shown this once',
    schema: token.extend({ token: z.string() }).meta({ id: 'NewToken' }),
  },
  errors: ['CC_TOKEN_EXISTS'],
});

const revokeToken = routeSpec({
  summary: 'Revoke an API token',
  description: 'Other replicas may believe it for five seconds more.',
  access: 'admin',
  params: z.strictObject({ id: z.uuid() }),
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
    return slice((await this.tokens.list()).map(view), query);
  }

  @Post()
  @Route(createToken)
  async create(@Req() request: FastifyRequest) {
    const { body } = read(createToken, request);
    const { token, entity } = await this.tokens.create(body);
    return { ...view(entity), token };
  }

  @Delete(':id')
  @Route(revokeToken)
  async revoke(@Req() request: FastifyRequest) {
    await this.tokens.revoke(read(revokeToken, request).params.id);
    this.authenticator.forgetAll();
  }
}

function view({ id, name, role, approver, createdAt, expiresAt, lastUsedAt }: TokenEntity) {
  return { id, name, role, approver, createdAt, expiresAt, lastUsedAt };
}
