/** The keys of one place in a workflow file. */
export interface Keys {
  readonly known: readonly string[];
  /** Parts of the grammar that a later version brings: refused by name, never accepted and ignored. */
  readonly later: readonly string[];
}

export const WORKFLOW_KEYS: Keys = {
  known: [
    'id',
    'name',
    'description',
    'on',
    'input',
    'concurrency',
    'timeout',
    'retention',
    'slo',
    'cost',
    'defaults',
    'steps',
    'finally',
    'output',
  ],
  later: [],
};

export const ON_KEYS: Keys = { known: ['schedule', 'event', 'webhook', 'alert'], later: [] };

export const SCHEDULE_KEYS: Keys = { known: ['cron', 'timezone', 'catchUp', 'overlap', 'input'], later: [] };

export const EVENT_KEYS: Keys = { known: ['type', 'if', 'debounce', 'input'], later: [] };

export const WEBHOOK_KEYS: Keys = { known: ['path', 'verify', 'if', 'input'], later: [] };

export const VERIFY_KEYS: Keys = { known: ['scheme', 'secret', 'header', 'tolerance', 'deliveryHeader'], later: [] };

export const DEBOUNCE_KEYS: Keys = { known: ['key', 'for'], later: [] };

export const ALERT_KEYS: Keys = {
  known: ['match', 'status', 'if', 'input', 'cooldown', 'target', 'guard'],
  later: [],
};

export const GUARD_KEYS: Keys = { known: ['max', 'window'], later: [] };

export const CONCURRENCY_KEYS: Keys = { known: ['key', 'limit', 'whenFull'], later: [] };

export const SLO_KEYS: Keys = { known: ['success', 'duration', 'window'], later: [] };

export const SLO_DURATION_KEYS: Keys = { known: ['p50', 'p90', 'p95', 'p99'], later: [] };

export const COST_KEYS: Keys = { known: ['perMinute'], later: ['budget'] };

export const DEFAULTS_KEYS: Keys = { known: ['retry', 'timeout'], later: [] };

export const RETRY_KEYS: Keys = { known: ['attempts', 'delay', 'factor', 'maxDelay', 'jitter'], later: [] };

const ANY_STEP = ['name', 'needs', 'if', 'continueOnError'];
const EACH = ['forEach', 'concurrency', 'onItemFailure'];

/** A step is of the kind whose key it has. */
export const STEP_KINDS = {
  uses: { known: ['uses', ...ANY_STEP, ...EACH, 'with', 'retry', 'timeout'], later: [] },
  sleep: { known: ['sleep', ...ANY_STEP], later: [] },
  until: { known: ['until', ...ANY_STEP], later: [] },
  waitFor: { known: ['waitFor', ...ANY_STEP], later: [] },
  approval: { known: ['approval', ...ANY_STEP], later: [] },
  workflow: { known: ['workflow', ...ANY_STEP, ...EACH, 'with', 'wait'], later: [] },
} as const satisfies Record<string, Keys>;

export const STEP_KEYS: Keys = {
  known: [...new Set(Object.values(STEP_KINDS).flatMap(({ known }) => known))],
  later: [],
};

export const WAIT_FOR_KEYS: Keys = { known: ['event', 'if', 'timeout'], later: [] };

export const APPROVAL_KEYS: Keys = { known: ['message', 'approvers', 'quorum', 'timeout', 'onTimeout'], later: [] };
