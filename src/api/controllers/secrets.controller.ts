import { Controller, Delete, Get, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Secrets, StoredSecrets, type StoredSecretView } from '../../identity/index.js';
import { secret, secretName, secretValue } from '../answers/identity.js';
import { pageOf } from '../answers/page.js';
import { actorOf } from '../door/actor.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const params = z.strictObject({ name: secretName });

const listSecrets = routeSpec({
  summary: 'Secrets, by name',
  description: 'Those of commandcenter.yaml and those that are stored. Their values are in no answer.',
  access: 'admin',
  query: sliceQuery,
  answer: { status: 200, description: 'A page of secrets', schema: pageOf(secret) },
});

const createSecret = routeSpec({
  summary: 'Store the value of a secret',
  description: 'Sealed with AES-256-GCM. The name must be listed under `secrets:` in commandcenter.yaml.',
  access: 'admin',
  audit: 'within',
  body: z.strictObject({ name: secretName, value: secretValue }),
  answer: { status: 201, description: 'Stored; used on every replica within a second', schema: secret },
  errors: ['CC_SECRET_UNKNOWN', 'CC_SECRET_EXISTS', 'CC_SECRET_STORE_CLOSED'],
});

const replaceSecret = routeSpec({
  summary: 'Replace the stored value of a secret',
  access: 'admin',
  audit: 'within',
  params,
  body: z.strictObject({ value: secretValue }),
  answer: { status: 200, description: 'Replaced; used on every replica within a second', schema: secret },
  errors: ['CC_SECRET_UNKNOWN', 'CC_SECRET_NOT_FOUND', 'CC_SECRET_STORE_CLOSED'],
});

const deleteSecret = routeSpec({
  summary: 'Delete the stored value of a secret',
  access: 'admin',
  audit: 'within',
  params,
  answer: { status: 204, description: 'Deleted' },
  errors: ['CC_SECRET_NOT_FOUND'],
});

const rotate = routeSpec({
  summary: 'Seal all stored secrets with the newest key',
  description: 'After a new key was put before the others in COMMANDCENTER_ENCRYPTION_KEY. Values stay the same.',
  access: 'admin',
  audit: 'within',
  answer: {
    status: 200,
    description: 'Afterwards the older keys are needed no more, except for what is `left`',
    schema: z
      .strictObject({
        rotated: z.array(z.string()).describe('Names that an older key sealed'),
        left: z.array(z.string()).describe('Names that no key of this hub opens'),
        key: z.string().describe('Which key seals now: a hash of it'),
      })
      .meta({ id: 'Rotation' }),
  },
  errors: ['CC_SECRET_STORE_CLOSED'],
});

@Controller('api/v1/secrets')
export class SecretsController {
  constructor(
    private readonly secrets: Secrets,
    private readonly stored: StoredSecrets,
  ) {}

  @Get()
  @Route(listSecrets)
  async list(@Req() request: FastifyRequest) {
    const { query } = read(listSecrets, request);
    const stored = new Map((await this.stored.list()).map((one) => [one.name, one]));
    const names = [...new Set([...this.secrets.listed(), ...stored.keys()])].sort();
    return slice(names.map((name) => this.#view(name, stored.get(name))), query); // prettier-ignore
  }

  @Post()
  @Route(createSecret)
  async create(@Req() request: FastifyRequest) {
    const { name, value } = read(createSecret, request).body;
    return this.#view(name, await this.stored.create(name, value, actorOf(request)));
  }

  @Post('rotate')
  @Route(rotate)
  rotate(@Req() request: FastifyRequest) {
    read(rotate, request);
    return this.stored.rotate(actorOf(request));
  }

  @Patch(':name')
  @Route(replaceSecret)
  async replace(@Req() request: FastifyRequest) {
    const { params, body } = read(replaceSecret, request);
    return this.#view(params.name, await this.stored.replace(params.name, body.value, actorOf(request)));
  }

  @Delete(':name')
  @Route(deleteSecret)
  async delete(@Req() request: FastifyRequest) {
    await this.stored.delete(read(deleteSecret, request).params.name, actorOf(request));
  }

  #view(name: string, stored: StoredSecretView | undefined) {
    const listed = this.secrets.listed().includes(name);
    const elsewhere = stored === undefined ? null : 'store';
    const { name: _name, ...rest } = stored ?? { name };
    return {
      name,
      listed,
      source: listed && this.secrets.isOutside(name) ? 'environment' : elsewhere,
      stored: stored === undefined ? null : rest,
    };
  }
}
