import { Logger } from '@nestjs/common';
import { type LogFields, PluginLogger } from '@commandcenter/sdk';
import type { Secrets } from '../identity/index.js';

/** The hub's log under the plugin's name, with secrets blacked out. */
export class HubPluginLogger extends PluginLogger {
  readonly #logger: Logger;
  readonly #secrets: Secrets;

  constructor(plugin: string, secrets: Secrets) {
    super();
    this.#logger = new Logger(`plugin:${plugin}`);
    this.#secrets = secrets;
  }

  debug(message: string, fields?: LogFields): void {
    this.#logger.debug(this.#line(message, fields));
  }
  info(message: string, fields?: LogFields): void {
    this.#logger.log(this.#line(message, fields));
  }
  warn(message: string, fields?: LogFields): void {
    this.#logger.warn(this.#line(message, fields));
  }
  error(message: string, fields?: LogFields): void {
    this.#logger.error(this.#line(message, fields));
  }

  /** Fields stand beside the message in the log's JSON. */
  #line(message: string, fields?: LogFields): unknown {
    const msg = this.#secrets.redact(String(message));
    return fields === undefined ? msg : { ...this.#secrets.redactDeep(fields), msg };
  }
}
