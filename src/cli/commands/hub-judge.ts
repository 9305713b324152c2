import { messageOf } from '../../errors/index.js';
import type { Cli } from '../cli.js';
import type { ValidationView } from '../hub/shapes.js';
import { typeOf } from '../workflow-files.js';

const timeoutMs = 5_000;

/** Asks the hub, which knows agents and secrets too; after its first silence it is not asked again. */
export class HubJudge {
  /** Why the hub was of no help. */
  silence: string | undefined;

  constructor(
    private readonly cli: Cli,
    offline: boolean,
  ) {
    if (offline) this.silence = '--offline.';
  }

  async validate(file: string, text: string): Promise<ValidationView | undefined> {
    if (this.silence !== undefined) return undefined;
    try {
      return await this.cli.hub.post<ValidationView>('workflows/validate', {
        body: text,
        contentType: typeOf(file),
        repeatable: true,
        attempts: 1,
        timeoutMs,
      });
    } catch (thrown) {
      this.silence = messageOf(thrown);
      return undefined;
    }
  }
}
