import type { LogFields, Logger } from './action-context.js';

/**
 * What the hub gives a plugin by injection; write the class as the type of a constructor parameter.
 *
 * These classes are also the injection tokens, and every copy of this package has its own. That works because
 * `definePlugin` hands the copy's own classes (`ports` below) to the hub with the manifest, and the hub binds those.
 */
export abstract class PluginOptions<Options = unknown> {
  /** What commandcenter.yaml gave this plugin, validated by the plugin's schema, frozen. */
  abstract readonly value: Options;
}

/** Writes to the hub's log under the plugin's name; inside an action use `ctx.logger`, which writes to the step's log. */
export abstract class PluginLogger implements Logger {
  abstract debug(message: string, fields?: LogFields): void;
  abstract info(message: string, fields?: LogFields): void;
  abstract warn(message: string, fields?: LogFields): void;
  abstract error(message: string, fields?: LogFields): void;
}

export abstract class PluginSecrets {
  /** The value of a secret granted to this plugin; throws for any other. Ask at each use: values may be rotated. */
  abstract get(name: string): string;
}

export const ports = Object.freeze({ PluginOptions, PluginLogger, PluginSecrets });

export type Ports = typeof ports;
