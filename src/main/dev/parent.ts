import { CcError } from '../../errors/index.js';
import type { News, Order } from './messages.js';

/** The `dev` that started this hub, as the hub sees it. */
export interface DevParent {
  /** Also `end` when it is gone, however it went. */
  readonly asked: Promise<Order>;
  tell(news: News): Promise<void>;
}

export function devParent(): DevParent {
  if (process.send === undefined) {
    throw new CcError('CC_DEV_UNAVAILABLE', '`dev-hub` is started by `dev`, never by hand: use dev or start.');
  }
  const asked = new Promise<Order>((resolve) => {
    process.on('message', (message) => resolve(message === 'restart' ? 'restart' : 'end'));
    process.once('disconnect', () => resolve('end'));
  });
  return { asked, tell };
}

/** Resolves when it is on its way, or cannot be: nobody is there to hear it. */
function tell(news: News): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(news, () => resolve());
    else resolve();
  });
}
