import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.js';
import type { SecretSource } from './secret-source.js';

/** Injects the frozen `Config`. */
export const CONFIG = Symbol('CONFIG');
/** Injects the `SecretSource`. */
export const SECRET_SOURCE = Symbol('SECRET_SOURCE');

@Module({})
export class ConfigModule {
  static with(config: Config, secretSource: SecretSource): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: SECRET_SOURCE, useValue: secretSource },
      ],
      exports: [CONFIG, SECRET_SOURCE],
    };
  }
}
