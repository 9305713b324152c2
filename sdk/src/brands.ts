/**
 * How the hub recognises what a plugin made. A plugin may carry its own copy of this package, so that `instanceof` and
 * plain symbols do not match; the global symbol registry does. These strings are part of the contract: never change one.
 */
export const AGENT = Symbol.for('commandcenter.agent');
export const ACTIONS = Symbol.for('commandcenter.actions');
export const FAILURE = Symbol.for('commandcenter.failure');
export const PLUGIN = Symbol.for('commandcenter.plugin');
export const ROUTE = Symbol.for('commandcenter.route');
