import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { Database } from '../database/index.js';
import { Audit } from './audit.js';
import { Authenticator } from './authenticator.js';
import { Groups } from './groups.js';
import { IdentityWatch } from './identity-watch.js';
import { Secrets } from './secrets.js';
import { Sessions } from './sessions.js';
import { StoredSecrets } from './stored-secrets.js';
import { Tokens } from './tokens.js';
import { Users } from './users.js';

const services = [Tokens, Sessions, Authenticator, Users, Groups, Audit];

@Module({})
export class IdentityModule {
  /** Without a key: nothing can be stored. */
  static with(secrets: Secrets, ...imports: DynamicModule[]): DynamicModule {
    const inject = [Database];
    const useFactory = (database: Database) => new StoredSecrets(database, secrets, undefined);
    return IdentityModule.of(secrets, { provide: StoredSecrets, inject, useFactory }, imports);
  }

  /** It is open already: plugins are loaded with its help. */
  static withStore(secrets: Secrets, stored: StoredSecrets, ...imports: DynamicModule[]): DynamicModule {
    return IdentityModule.of(secrets, { provide: StoredSecrets, useValue: stored }, imports);
  }

  private static of(secrets: Secrets, store: Provider, imports: DynamicModule[]): DynamicModule {
    return {
      module: IdentityModule,
      imports,
      providers: [{ provide: Secrets, useValue: secrets }, store, ...services, IdentityWatch],
      exports: [Secrets, StoredSecrets, ...services],
    };
  }
}
