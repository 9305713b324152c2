import { AuditEntity } from './audit.entity.js';
import { GroupEntity, GroupMemberEntity } from './group.entity.js';
import { IdentityVersionEntity } from './identity-version.entity.js';
import { SessionEntity } from './session.entity.js';
import { StoredSecretEntity } from './stored-secret.entity.js';
import { TokenEntity } from './token.entity.js';
import { UserEntity } from './user.entity.js';

export const identityEntities = [
  UserEntity,
  GroupEntity,
  GroupMemberEntity,
  TokenEntity,
  SessionEntity,
  StoredSecretEntity,
  AuditEntity,
  IdentityVersionEntity,
] as const;
