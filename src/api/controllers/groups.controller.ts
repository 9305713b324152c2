import { Controller, Delete, Get, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Authenticator, Groups } from '../../identity/index.js';
import { byName, group, identityName } from '../answers/identity.js';
import { pageOf } from '../answers/page.js';
import { actorOf } from '../door/actor.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const members = z.array(identityName).max(1000).describe('Names of users');
const description = z.string().trim().min(1).max(1000).nullable();

const listGroups = routeSpec({
  summary: 'Groups, by name',
  access: 'admin',
  query: sliceQuery,
  answer: { status: 200, description: 'A page of groups', schema: pageOf(group) },
});

const getGroup = routeSpec({
  summary: 'A group',
  access: 'admin',
  params: byName,
  answer: { status: 200, description: 'The group', schema: group },
  errors: ['CC_GROUP_NOT_FOUND'],
});

const createGroup = routeSpec({
  summary: 'Make a group',
  description: 'A group gives no role: `group:<name>` in `approvers` of a workflow says what is for its members.',
  access: 'admin',
  audit: 'within',
  body: z.strictObject({
    name: identityName.meta({ examples: ['sre'] }),
    description: description.default(null),
    members: members.default([]),
  }),
  answer: { status: 201, description: 'The group', schema: group },
  errors: ['CC_GROUP_EXISTS'],
});

const changeGroup = routeSpec({
  summary: 'Change a group or who is in it',
  description: 'What is left out stays. `members` replaces all members; `add` and `remove` leave the others alone.',
  access: 'admin',
  audit: 'within',
  params: byName,
  body: z.strictObject({ description, members, add: members, remove: members }).partial(),
  answer: { status: 200, description: 'The group as it is now', schema: group },
  errors: ['CC_GROUP_NOT_FOUND'],
});

const deleteGroup = routeSpec({
  summary: 'Delete a group',
  description: 'Its members stay users. Approvals that name it have one approver less.',
  access: 'admin',
  audit: 'within',
  params: byName,
  answer: { status: 204, description: 'Deleted' },
  errors: ['CC_GROUP_NOT_FOUND'],
});

@Controller('api/v1/groups')
export class GroupsController {
  constructor(
    private readonly groups: Groups,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @Route(listGroups)
  async list(@Req() request: FastifyRequest) {
    const { query } = read(listGroups, request);
    return slice(await this.groups.list(), query);
  }

  @Get(':name')
  @Route(getGroup)
  get(@Req() request: FastifyRequest) {
    return this.groups.get(read(getGroup, request).params.name);
  }

  @Post()
  @Route(createGroup)
  async create(@Req() request: FastifyRequest) {
    const { body } = read(createGroup, request);
    const made = await this.groups.create(body, actorOf(request));
    this.authenticator.forgetAll();
    return made;
  }

  @Patch(':name')
  @Route(changeGroup)
  async change(@Req() request: FastifyRequest) {
    const { params, body } = read(changeGroup, request);
    const changed = await this.groups.change(params.name, body, actorOf(request));
    this.authenticator.forgetAll();
    return changed;
  }

  @Delete(':name')
  @Route(deleteGroup)
  async delete(@Req() request: FastifyRequest) {
    await this.groups.delete(read(deleteGroup, request).params.name, actorOf(request));
    this.authenticator.forgetAll();
  }
}
