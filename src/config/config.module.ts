import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.js';

/** Injects the frozen `Config`. */
export const CONFIG = Symbol('CONFIG');

@Module({})
export class ConfigModule {
  static with(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: CONFIG, useValue: config }],
      exports: [CONFIG],
    };
  }
}
