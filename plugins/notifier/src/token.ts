import { createHash, timingSafeEqual } from 'node:crypto';
import { PluginLogger, PluginMetrics, PluginSecrets, type RawRequest, type RequestVerifier } from '@commandcenter/sdk';
import { Injectable } from '@nestjs/common';

const SECRET = 'ALERTMANAGER_WEBHOOK_TOKEN';

/** The bearer token of Alertmanager: any of the secret's, which are separated by commas while one replaces another. */
@Injectable()
export class AlertmanagerToken implements RequestVerifier {
  #toldMissing = false;

  constructor(
    private readonly secrets: PluginSecrets,
    private readonly metrics: PluginMetrics,
    private readonly logger: PluginLogger,
  ) {}

  verify({ headers }: RawRequest): boolean {
    const { authorization } = headers;
    const [, given] = /^Bearer +(\S+)\s*$/i.exec(typeof authorization === 'string' ? authorization : '') ?? [];
    const genuine = given !== undefined && isOneOf(given, this.#tokens());
    if (!genuine) this.metrics.add('notifier_notifications_total', 1, { result: 'refused' });
    return genuine;
  }

  #tokens(): string[] {
    const tokens = this.#secret()
      .split(',')
      .map((token) => token.trim())
      .filter((token) => token !== '');
    if (tokens.length === 0 && !this.#toldMissing) {
      this.logger.warn(
        `Alertmanager is refused: set ${SECRET} (or ${SECRET}_FILE) and grant it to the notifier under "secrets:"`,
      );
    }
    this.#toldMissing = tokens.length === 0;
    return tokens;
  }

  #secret(): string {
    try {
      return this.secrets.get(SECRET);
    } catch {
      return '';
    }
  }
}

/** All are compared, as hashes of one length: the time taken tells nothing of them. */
function isOneOf(given: string, tokens: readonly string[]): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const theirs = hash(given);
  return tokens.map((token) => timingSafeEqual(hash(token), theirs)).includes(true);
}
