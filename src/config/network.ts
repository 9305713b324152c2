import { isIP } from 'node:net';
import { z } from 'zod';

/** An address, or a network as `10.0.0.0/8`. Not `/0`: what anybody writes into a header would be believed. */
export const network = z
  .string()
  .refine(isNetwork, 'must be an address (10.0.0.5, ::1) or a network (10.0.0.0/8, fd00::/8) that is not everybody');

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes('%')) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
