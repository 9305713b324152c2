import type { FastifyRequest } from 'fastify';
import { type Access, type Authenticator, mayDo } from '../../identity/index.js';
import { credentialOf } from '../http/guard.js';

/** Whether whoever sent this request could send it again now. */
export async function stillMay(
  authenticator: Authenticator,
  request: FastifyRequest,
  access: Access,
): Promise<boolean> {
  const credential = credentialOf(request);
  const principal = credential && (await authenticator.authenticate(credential));
  return principal !== undefined && mayDo(principal, access);
}
