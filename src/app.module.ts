import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type Config, ConfigModule, type SecretSource } from './config/index.js';
import { type Database, DatabaseModule, type Entities } from './database/index.js';
import type { JobsRole } from './jobs/index.js';

@Module({})
class AppModule {}

/** Handed to TypeORM: every room's own. */
export const entities: Entities = [];

/** The product as a readable list: every room's module, once. */
export async function createApp(
  config: Config,
  database: Database,
  secretSource: SecretSource,
  _role: JobsRole,
): Promise<INestApplication> {
  const imports = [ConfigModule.with(config, secretSource), DatabaseModule.with(database)];
  return NestFactory.create({ module: AppModule, imports }, new FastifyAdapter(), { abortOnError: false });
}
