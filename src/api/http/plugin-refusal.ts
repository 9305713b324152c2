import { CcError, type CcErrorOptions } from '../../errors/index.js';

/** What a plugin's controller answered by throwing one of Nest's exceptions: with the status the plugin chose. */
export class PluginRefusal extends CcError {
  constructor(
    readonly status: number,
    message: string,
    options: CcErrorOptions = {},
  ) {
    super('CC_PLUGIN_REFUSED', message, options);
  }
}
