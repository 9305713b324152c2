import { type DynamicModule, Module } from '@nestjs/common';
import { Authenticator } from './authenticator.js';
import { Secrets } from './secrets.js';
import { Sessions } from './sessions.js';
import { Tokens } from './tokens.js';

@Module({})
export class IdentityModule {
  static with(secrets: Secrets, ...imports: DynamicModule[]): DynamicModule {
    return {
      module: IdentityModule,
      imports,
      providers: [{ provide: Secrets, useValue: secrets }, Tokens, Sessions, Authenticator],
      exports: [Secrets, Tokens, Sessions, Authenticator],
    };
  }
}
