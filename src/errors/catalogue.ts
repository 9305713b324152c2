/**
 * Every error the hub can give, by code. `kind` is what the edge maps to an HTTP status (api) or an exit code (cli);
 * this room knows neither. A test keeps this list equal to docs/errors.md, both ways.
 */
export type ErrorKind =
  | 'invalid' // the request or file is wrong: fix it
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'unprocessable'
  | 'rate_limited'
  | 'unavailable' // try again later
  | 'failed'; // the work itself failed, or a fault of the hub

interface Entry {
  readonly kind: ErrorKind;
  /** One sentence for people: what this means. The thrown message adds which value and what to do. */
  readonly title: string;
}

export const catalogue = {
  // requests
  CC_REQUEST_INVALID: { kind: 'invalid', title: 'The request does not have the expected shape' },
  CC_REQUEST_TOO_LARGE: { kind: 'too_large', title: 'The request body is larger than the hub accepts' },
  CC_MEDIA_TYPE_UNSUPPORTED: { kind: 'invalid', title: 'The request body is of a type this route does not read' },
  CC_METHOD_NOT_ALLOWED: { kind: 'invalid', title: 'The path exists, but not with this method' },
  CC_ROUTE_NOT_FOUND: { kind: 'not_found', title: 'There is no such route' },
  CC_RATE_LIMITED: { kind: 'rate_limited', title: 'Too many requests from this client' },
  CC_TOO_MANY_STREAMS: { kind: 'rate_limited', title: 'This token has as many streams open as it may have' },
  CC_OVERLOADED: { kind: 'unavailable', title: 'The hub has as much work as it can take' },
  CC_SHUTTING_DOWN: { kind: 'unavailable', title: 'This replica is shutting down' },
  CC_DATABASE_UNAVAILABLE: { kind: 'unavailable', title: 'PostgreSQL does not answer' },
  CC_READ_TOO_SLOW: { kind: 'unavailable', title: 'PostgreSQL would take too long to find this' },
  CC_INTERNAL: { kind: 'failed', title: 'A fault of the hub' },
  CC_IDEMPOTENCY_MISMATCH: { kind: 'unprocessable', title: 'The Idempotency-Key was used before with another request' },
  // identity
  CC_UNAUTHENTICATED: { kind: 'unauthenticated', title: 'No valid token was sent' },
  CC_FORBIDDEN: { kind: 'forbidden', title: 'The token does not have the role this call needs' },
  CC_ORIGIN_REFUSED: {
    kind: 'forbidden',
    title: 'A browser session changes things only from the pages of its own hub',
  },
  CC_TOKEN_EXISTS: { kind: 'conflict', title: 'A token of this name exists' },
  CC_TOKEN_NOT_FOUND: { kind: 'not_found', title: 'There is no such token' },
  CC_USER_EXISTS: { kind: 'conflict', title: 'A user of this name exists' },
  CC_USER_NOT_FOUND: { kind: 'not_found', title: 'There is no such user' },
  CC_GROUP_EXISTS: { kind: 'conflict', title: 'A group of this name exists' },
  CC_GROUP_NOT_FOUND: { kind: 'not_found', title: 'There is no such group' },
  CC_SECRET_EXISTS: { kind: 'conflict', title: 'A value of this secret is stored' },
  CC_SECRET_NOT_FOUND: { kind: 'not_found', title: 'No value of this secret is stored' },
  CC_SECRET_SEALED: { kind: 'failed', title: 'No key of this hub opens a stored secret' },
  CC_SECRET_STORE_CLOSED: { kind: 'conflict', title: 'The hub has no key to store secrets with' },
  CC_SECRET_TOO_LONG: { kind: 'invalid', title: 'The value of a secret is longer than the hub takes' },
  CC_SECRET_UNKNOWN: { kind: 'invalid', title: 'A secret is not listed or has no value' },
  // configuration and start
  CC_DEV_UNAVAILABLE: { kind: 'failed', title: 'The hub cannot run for development here' },
  CC_CONFIG_INVALID: { kind: 'invalid', title: 'The configuration is wrong' },
  CC_DATABASE_TOO_OLD: { kind: 'failed', title: 'PostgreSQL is older than the hub supports' },
  CC_SCHEMA_NEWER: { kind: 'failed', title: 'The database was migrated by a newer hub' },
  CC_HUB_ALREADY_RUNNING: { kind: 'conflict', title: 'Another hub uses this embedded database' },
  CC_EMBEDDED_DATABASE_FAILED: { kind: 'failed', title: 'The embedded PostgreSQL could not start' },
  CC_ADDRESS_UNAVAILABLE: { kind: 'failed', title: 'The hub cannot listen on its address' },
  // workflows
  CC_WORKFLOW_INVALID: { kind: 'invalid', title: 'The workflow has problems' },
  CC_WORKFLOW_NOT_FOUND: { kind: 'not_found', title: 'There is no such workflow or version' },
  CC_WORKFLOW_DISABLED: { kind: 'conflict', title: 'The workflow is disabled' },
  CC_WORKFLOW_OWNED: { kind: 'conflict', title: 'The id of the workflow belongs to another file, plugin or the API' },
  CC_WORKFLOW_CHANGED: { kind: 'conflict', title: 'The workflow is at another version than the request expects' },
  CC_WORKFLOW_GONE: { kind: 'conflict', title: 'The file or plugin of the workflow is gone' },
  CC_WORKFLOW_TOO_MANY: { kind: 'conflict', title: 'The hub has as many workflows as it takes' },
  CC_SLO_RULES_NOT_WRITTEN: { kind: 'failed', title: 'The rules of SLOs cannot be written for Prometheus' },
  CC_GRAMMAR_NOT_BUILT: { kind: 'invalid', title: 'This part of the grammar is not built yet' },
  CC_INPUT_INVALID: { kind: 'invalid', title: "The input does not match the workflow's schema" },
  CC_EXPRESSION_INVALID: { kind: 'invalid', title: 'An expression does not compile' },
  CC_EXPRESSION_FAILED: { kind: 'failed', title: 'An expression failed while a run evaluated it' },
  // runs
  CC_RUN_NOT_FOUND: { kind: 'not_found', title: 'There is no such run' },
  CC_RUN_FINISHED: { kind: 'conflict', title: 'The run has already ended' },
  CC_CONCURRENCY_FULL: { kind: 'conflict', title: 'As many runs of this key go or wait as the workflow lets' },
  CC_RUN_NOT_STARTED: { kind: 'conflict', title: 'The run has not started yet' },
  CC_RUN_NOT_FINISHED: { kind: 'conflict', title: 'The run has not ended yet' },
  CC_RERUN_INPUT_DIFFERS: { kind: 'invalid', title: 'A rerun from a step has the input of the run before' },
  CC_RUN_TIMEOUT: { kind: 'failed', title: 'The run took longer than its timeout' },
  CC_RUN_CANCELLED: { kind: 'failed', title: 'The run was cancelled' },
  CC_RUN_TOO_MANY_EVENTS: { kind: 'failed', title: 'The run wrote more events than engine.maxEvents' },
  CC_RUN_TOO_LARGE: { kind: 'failed', title: 'The run wrote more bytes than engine.maxRunBytes' },
  CC_STEP_FAILED: { kind: 'failed', title: 'A step failed' },
  CC_STEP_TIMEOUT: { kind: 'failed', title: 'A step took longer than its timeout' },
  CC_STEP_QUARANTINED: { kind: 'failed', title: 'A step killed its process again and again and was convicted' },
  CC_STEP_OUTPUT_TOO_LARGE: { kind: 'failed', title: 'A step returned more than engine.maxOutputBytes' },
  CC_STEP_INPUT_INVALID: { kind: 'failed', title: "A step's input does not match the action's schema" },
  CC_STEP_OUTPUT_INVALID: { kind: 'failed', title: "A step's output does not match the action's schema" },
  CC_STEP_UNKNOWN: { kind: 'invalid', title: 'The workflow has no such step' },
  CC_ITEMS_FAILED: { kind: 'failed', title: 'Items of a step with forEach failed' },
  CC_WAIT_TIMEOUT: { kind: 'failed', title: 'The event that a step waits for did not come in time' },
  CC_APPROVAL_REJECTED: { kind: 'failed', title: 'Somebody rejected what a step asked for' },
  CC_APPROVAL_EXPIRED: { kind: 'failed', title: 'Nobody decided in time' },
  CC_CHILD_FAILED: { kind: 'failed', title: 'The run that a step stands for failed or was cancelled' },
  CC_CHILD_TOO_DEEP: { kind: 'failed', title: 'Too many workflows start one another' },
  // approvals
  CC_APPROVAL_NOT_FOUND: { kind: 'not_found', title: 'There is no such approval' },
  CC_APPROVAL_DECIDED: { kind: 'conflict', title: 'The approval is not open any more' },
  // events
  CC_EVENT_INVALID: { kind: 'invalid', title: 'The event is not a valid CloudEvent 1.0' },
  // webhooks
  CC_WEBHOOK_REFUSED: { kind: 'unauthenticated', title: 'No webhook takes this delivery' },
  CC_WEBHOOK_LATE: { kind: 'unauthenticated', title: 'The delivery is signed for another time' },
  // plugins
  CC_PLUGIN_NOT_FOUND: { kind: 'invalid', title: 'A listed plugin cannot be resolved' },
  CC_PLUGIN_EXPORT_MISSING: { kind: 'invalid', title: 'A plugin does not default-export definePlugin(...)' },
  CC_PLUGIN_MANIFEST_INVALID: { kind: 'invalid', title: "A plugin's manifest is wrong" },
  CC_PLUGIN_DUPLICATE: { kind: 'invalid', title: 'Two plugins have the same name' },
  CC_PLUGIN_HUB_VERSION: { kind: 'invalid', title: 'A plugin needs another version of the hub' },
  CC_PLUGIN_OPTIONS_INVALID: { kind: 'invalid', title: "A plugin's options are wrong" },
  CC_PLUGIN_AGENT_CLASH: { kind: 'invalid', title: 'Two plugins offer the same agent or action' },
  CC_PLUGIN_SECRET_NOT_GRANTED: { kind: 'invalid', title: 'A plugin asks for a secret it was not granted' },
  CC_PLUGIN_PERMISSION_NOT_BUILT: {
    kind: 'invalid',
    title: 'A plugin asks for a permission the hub cannot enforce yet',
  },
  CC_PLUGIN_CALL_INVALID: { kind: 'invalid', title: 'A plugin asked the hub for something it does not take' },
  CC_PLUGIN_REFUSED: { kind: 'invalid', title: 'A plugin refused the request' },
  CC_PLUGIN_FAILED: { kind: 'failed', title: 'A plugin threw while it was loaded or started' },
  CC_PLUGIN_HUNG: { kind: 'failed', title: 'A plugin did not finish loading or starting' },
  CC_AGENT_UNKNOWN: { kind: 'invalid', title: 'No loaded plugin offers this agent or action' },
  // command line
  CC_USAGE: { kind: 'invalid', title: 'The command line is wrong' },
  CC_HUB_UNKNOWN: { kind: 'unavailable', title: 'Nothing says where the hub is' },
  CC_HUB_UNREACHABLE: { kind: 'unavailable', title: 'The hub does not answer' },
  CC_NODE_TOO_OLD: { kind: 'failed', title: 'This Node.js is older than CommandCenter needs' },
  CC_FILE_UNREADABLE: { kind: 'not_found', title: 'A file named on the command line cannot be read' },
  CC_FILE_NOT_WRITTEN: { kind: 'failed', title: 'A file named on the command line cannot be written' },
  CC_SDK_UNUSABLE: { kind: 'invalid', title: 'No SDK for a new plugin can be had' },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof catalogue;
