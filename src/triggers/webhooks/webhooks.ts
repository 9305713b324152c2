import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Definitions } from '../../definitions/index.js';
import { CcError } from '../../errors/index.js';
import { Secrets } from '../../identity/index.js';
import { reasonOf } from '../start-failure.js';
import type { Delivery } from './delivery.js';
import { judge, spend, type RawDelivery, type Verdict } from './signature.js';
import { webhookRoutes, type WebhookRoute, type WebhookRoutes } from './webhook-routes.js';
import { WebhookStarts, type WebhookOccasion, type WebhookOutcome } from './webhook-starts.js';

/** Whoever sends nonsense gets no say in how many lines the log has. */
const COMPLAIN_EVERY_MS = 60_000;

/**
 * Deliveries of other services. Which paths there are follows from the workflows of this moment, so nothing is registered
 * anywhere, and every replica takes every delivery. Workflows share a path: each of them verifies by its own secret.
 */
@Injectable()
export class Webhooks implements OnModuleInit {
  readonly #log = new Logger('Webhooks');
  readonly #complainAt = new Map<string, number>();
  #routes: WebhookRoutes | undefined;

  constructor(
    private readonly definitions: Definitions,
    private readonly secrets: Secrets,
    private readonly starts: WebhookStarts,
  ) {}

  onModuleInit(): void {
    this.definitions.onChange(() => {
      this.#routes = undefined;
      this.#complainAt.clear();
    });
  }

  /**
   * The entries whose sender this is. Throws CC_WEBHOOK_REFUSED, which does not tell a wrong signature from a path nobody
   * listens to, and CC_WEBHOOK_LATE.
   */
  prove(path: string, delivery: RawDelivery): readonly WebhookRoute[] {
    this.#routes ??= webhookRoutes(this.definitions.current());
    const routes = this.#routes.get(path) ?? [];
    const verdicts = new Map<string, Verdict>();
    for (const { entry, how } of routes) {
      if (!verdicts.has(how)) verdicts.set(how, this.#verdictOn(entry, delivery));
    }
    if (verdicts.size === 0) spend(delivery);
    const proven = routes.filter(({ how }) => verdicts.get(how) === 'genuine');
    if (proven.length > 0) return proven;
    if ([...verdicts.values()].includes('late')) {
      this.#complain(path, 'a delivery is signed for another time; it was sent long ago, or a clock is wrong');
      throw new CcError(
        'CC_WEBHOOK_LATE',
        'the delivery is signed for another time than now; send it anew, and look whether the clocks agree',
      );
    }
    if (routes.length > 0) this.#complain(path, 'a delivery is refused: its signature is missing or wrong');
    throw new CcError(
      'CC_WEBHOOK_REFUSED',
      'no webhook takes this: nobody listens to the path, or the signature is missing or wrong',
    );
  }

  /** For each workflow the first entry that matches starts a run. See `WebhookStarts.start` for what it throws. */
  deliver(
    proven: readonly WebhookRoute[],
    delivery: Delivery,
    traceparent: string | undefined,
  ): Promise<WebhookOutcome> {
    const occasions = new Map<string, WebhookOccasion>();
    for (const route of proven) {
      if (occasions.has(route.workflow)) continue;
      const occasion = this.#occasionOf(route, delivery);
      if (occasion !== undefined) occasions.set(route.workflow, occasion);
    }
    return this.starts.start(occasions, traceparent);
  }

  #verdictOn({ path, verify }: WebhookRoute['entry'], delivery: RawDelivery): Verdict {
    const secret = this.secrets.find(verify.secret);
    if (secret !== undefined && secret !== '') return judge(verify, secret, delivery, Date.now());
    spend(delivery);
    this.#complain(path, `nothing can be verified: the secret ${verify.secret} has no value`);
    return 'forged';
  }

  /** undefined: the delivery is not for this entry, also when one of its expressions failed. */
  #occasionOf(route: WebhookRoute, delivery: Delivery): WebhookOccasion | undefined {
    try {
      return route.occasionOf(delivery);
    } catch (thrown) {
      if (!(thrown instanceof CcError) || thrown.code !== 'CC_EXPRESSION_FAILED') throw thrown;
      this.#complain(
        route.entry.path,
        `${route.workflow}: an expression failed, so it is not started: ${reasonOf(thrown)}`,
      );
      return undefined;
    }
  }

  /** One line a minute for a path that somebody listens to. */
  #complain(path: string, what: string): void {
    const now = Date.now();
    if (now < (this.#complainAt.get(path) ?? 0)) return;
    this.#complainAt.set(path, now + COMPLAIN_EVERY_MS);
    this.#log.warn(`/hooks/${path}: ${what}`);
  }
}
