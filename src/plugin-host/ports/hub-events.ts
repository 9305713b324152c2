import { HubEvents, type PublishedEvent } from '@commandcenter/sdk';
import type { Database } from '../../database/index.js';
import type { Events, NewEvent } from '../../events/index.js';
import { redactJson, type Secrets } from '../../identity/index.js';
import { currentTraceparent } from '../../telemetry/index.js';
import { jsonOf } from './limits.js';
import { callInvalid, onDatabase } from './port-errors.js';

/** Events of the plugin itself, under the source `/plugins/<name>`. */
export class PluginEvents extends HubEvents {
  constructor(
    private readonly plugin: string,
    private readonly events: Events,
    private readonly database: Database,
    private readonly secrets: Secrets,
  ) {
    super();
  }

  async publish(published: readonly PublishedEvent[]) {
    const rows = this.#rows(published);
    return onDatabase(`The events of plugin ${this.plugin} were not published`, async () => {
      const accepted = await this.database.transaction((tx) => this.events.publish(tx, rows));
      if (accepted > 0) this.events.announce();
      return { accepted, duplicate: rows.length - accepted };
    });
  }

  /** What `Events` reads before it checks must be of the right kind: plugins may be written without types. */
  #rows(published: readonly PublishedEvent[]): NewEvent[] {
    const what = `The events of plugin ${this.plugin}`;
    if (!Array.isArray(published)) throw callInvalid(what, [{ path: '', message: 'must be a list' }]);
    const traceparent = currentTraceparent();
    return (published as readonly PublishedEvent[]).map((event, n) => {
      const { id, type, subject, time, data } = event ?? {};
      if (time !== undefined && !(time instanceof Date)) {
        throw callInvalid(what, [{ path: `${n}.time`, message: 'must be a Date' }]);
      }
      const written = data === undefined ? undefined : jsonOf(`${n}.data`, data);
      if (written !== undefined && 'problem' in written) throw callInvalid(what, [written.problem]);
      return {
        id,
        type,
        source: `/plugins/${this.plugin}`,
        ...(subject !== undefined && { subject }),
        ...(time !== undefined && { time }),
        // It is stored, and shown to whoever may read runs.
        ...(written !== undefined && { data: this.#redacted(written.json) }),
        ...(traceparent !== undefined && { traceparent }),
      };
    });
  }

  #redacted(json: string): unknown {
    return JSON.parse(redactJson(json, (text) => this.secrets.redact(text)));
  }
}
