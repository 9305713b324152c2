import { Controller, Delete, Get, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Authenticator, Users } from '../../identity/index.js';
import { byName, identityName, user, userFields } from '../answers/identity.js';
import { pageOf } from '../answers/page.js';
import { actorOf } from '../door/actor.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const listUsers = routeSpec({
  summary: 'Users, by name',
  access: 'admin',
  query: sliceQuery,
  answer: { status: 200, description: 'A page of users', schema: pageOf(user) },
});

const getUser = routeSpec({
  summary: 'A user',
  access: 'admin',
  params: byName,
  answer: { status: 200, description: 'The user', schema: user },
  errors: ['CC_USER_NOT_FOUND'],
});

const createUser = routeSpec({
  summary: 'Make a user',
  description: 'They can do nothing until a token acts for them: POST /api/v1/tokens with `user`.',
  access: 'admin',
  audit: 'within',
  body: z.strictObject({
    name: identityName,
    displayName: userFields.displayName.default(null),
    role: userFields.role.default('viewer'),
    approver: userFields.approver.default(false),
  }),
  answer: { status: 201, description: 'The user', schema: user },
  errors: ['CC_USER_EXISTS'],
});

const changeUser = routeSpec({
  summary: 'Change, disable or enable a user',
  description:
    'What is left out stays. Holds for all their tokens on every replica within a second. Disabling ends their browser sessions as well.',
  access: 'admin',
  audit: 'within',
  params: byName,
  body: z.strictObject({ ...userFields, disabled: z.boolean().describe('None of their tokens is believed') }).partial(),
  answer: { status: 200, description: 'The user as it is now', schema: user },
  errors: ['CC_USER_NOT_FOUND'],
});

const deleteUser = routeSpec({
  summary: 'Delete a user',
  description: 'With all their tokens, browser sessions and memberships, on every replica within a second.',
  access: 'admin',
  audit: 'within',
  params: byName,
  answer: { status: 204, description: 'Deleted' },
  errors: ['CC_USER_NOT_FOUND'],
});

@Controller('api/v1/users')
export class UsersController {
  constructor(
    private readonly users: Users,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @Route(listUsers)
  async list(@Req() request: FastifyRequest) {
    const { query } = read(listUsers, request);
    return slice(await this.users.list(), query);
  }

  @Get(':name')
  @Route(getUser)
  get(@Req() request: FastifyRequest) {
    return this.users.get(read(getUser, request).params.name);
  }

  @Post()
  @Route(createUser)
  create(@Req() request: FastifyRequest) {
    const { body } = read(createUser, request);
    return this.users.create(body, actorOf(request));
  }

  @Patch(':name')
  @Route(changeUser)
  async change(@Req() request: FastifyRequest) {
    const { params, body } = read(changeUser, request);
    const changed = await this.users.change(params.name, body, actorOf(request));
    this.authenticator.forgetAll();
    return changed;
  }

  @Delete(':name')
  @Route(deleteUser)
  async delete(@Req() request: FastifyRequest) {
    await this.users.delete(read(deleteUser, request).params.name, actorOf(request));
    this.authenticator.forgetAll();
  }
}
