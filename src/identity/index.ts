export { ensureAdminToken, type AdminToken, type AdminTokenOptions } from './admin-token.js';
export { Authenticator } from './authenticator.js';
export { IdentityModule } from './identity.module.js';
export { mayDo, roles, type Access, type Principal, type Role } from './principal.js';
export { redactJson } from './redactor.js';
export { Secrets } from './secrets.js';
export { TokenEntity } from './token.entity.js';
export { Tokens, type NewToken } from './tokens.js';
