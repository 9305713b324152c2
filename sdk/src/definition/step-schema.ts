export const duration = {
  type: 'string',
  pattern: '^\\d{1,9}(ms|s|m|h|d)$',
  examples: ['30s', '5m', '2h', '7d'],
} as const;

export const condition = {
  type: ['string', 'boolean'],
  description: 'CEL that must be true or false, with or without `${{ }}` around it.',
  examples: ['${{ steps.check.output.status == 200 }}', 'failure()'],
} as const;

export const name = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  description: 'A name for people. Default: the id.',
} as const;

export const retry = {
  type: 'object',
  additionalProperties: false,
  description: 'When a failed attempt is tried again. Field by field, a step overrides `defaults.retry`.',
  properties: {
    attempts: {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 1,
      description: 'Attempts in all, the first included.',
    },
    delay: {
      ...duration,
      default: '1s',
      description: 'Wait before the second attempt. A Retry-After of the other side can lengthen it.',
    },
    factor: {
      type: 'number',
      minimum: 1,
      maximum: 100,
      default: 2,
      description: 'Each further wait is this much longer.',
    },
    maxDelay: { ...duration, default: '5m', description: 'No wait is longer than this.' },
    jitter: { type: 'boolean', default: true, description: 'Spread each wait over 50 to 100 % of itself.' },
  },
} as const;

/** Of a step of any kind. */
const anyStep = {
  name,
  needs: {
    type: 'array',
    items: { type: 'string', pattern: '^[a-z][a-z0-9_]*$' },
    uniqueItems: true,
    description: 'Steps that must be settled before this one. Steps that do not need one another run at the same time.',
  },
  if: {
    ...condition,
    description:
      'The step runs when this is true and no needed step failed or was skipped. With success(), failure() or always() in it, it decides alone.',
  },
  continueOnError: {
    type: 'boolean',
    default: false,
    description: 'A failure of this step does not fail the run; later steps see it as `steps.<id>.error`.',
  },
} as const;

const fanned = {
  forEach: {
    type: ['string', 'array'],
    maxItems: 1000,
    description:
      'The step is done once for each item of this list; `item` and `index` are known in `with`. Its output is the list of outputs.',
    examples: ['${{ steps.find.output.items }}'],
  },
  concurrency: { type: 'integer', minimum: 1, maximum: 1000, default: 10, description: 'Items in progress at once.' },
  onItemFailure: {
    enum: ['stop', 'continue'],
    default: 'stop',
    description: 'After an item failed: begin no further ones, or do them all. The step fails either way.',
  },
} as const;

const input = {
  type: 'object',
  description:
    'Input of the action or workflow. `${{ }}` anywhere inside; a value that is one whole `${{ }}` keeps its type. Only here, and only for an agent, `secrets.NAME` is known.',
} as const;

const stepOf = (key: string, properties: object) => ({
  type: 'object',
  additionalProperties: false,
  required: [key],
  properties: { ...properties, ...anyStep },
});

const agentStep = stepOf('uses', {
  uses: {
    type: 'string',
    pattern: '^[a-z][a-z0-9-]*\\.[a-z][A-Za-z0-9_-]*$',
    description: 'The action that does the work: `agent.action` of a loaded plugin.',
    examples: ['http.request', 'transform.value'],
  },
  with: input,
  ...fanned,
  retry,
  timeout: { ...duration, description: 'For each attempt. Default: `defaults.timeout`, else 5m.' },
});

const sleepStep = stepOf('sleep', {
  sleep: {
    type: 'string',
    minLength: 1,
    description: 'Waits that long: a duration, or an expression that gives one.',
    examples: ['10m'],
  },
});

const untilStep = stepOf('until', {
  until: {
    type: 'string',
    minLength: 1,
    description: 'Waits until then: an instant (RFC 3339), or an expression that gives one.',
    examples: ['2026-12-24T18:00:00Z', '${{ input.at }}'],
  },
});

const waitForStep = stepOf('waitFor', {
  waitFor: {
    type: 'object',
    additionalProperties: false,
    required: ['event'],
    description: 'Waits for an event published since the run was created. The output is the event.',
    properties: {
      event: {
        type: 'string',
        minLength: 1,
        description: 'The CloudEvents `type`, exactly.',
        examples: ['order.paid'],
      },
      if: {
        ...condition,
        description: 'Over `event`, the event that came, and the names of the run.',
        examples: ['${{ event.data.id == input.id }}'],
      },
      timeout: { ...duration, description: 'The step fails when no event came. Default: no limit.' },
    },
  },
});

const approvalStep = stepOf('approval', {
  approval: {
    type: 'object',
    additionalProperties: false,
    required: ['message'],
    description: 'Waits until somebody decides. A rejection fails the step.',
    properties: {
      message: { type: 'string', minLength: 1, maxLength: 10000, examples: ['Restart ${{ input.service }}?'] },
      approvers: {
        type: ['array', 'string'],
        maxItems: 50,
        items: { type: 'string' },
        default: ['role:approver'],
        description: 'Who may decide: `user:<name>`, `group:<name>`, `role:<name>`.',
      },
      quorum: { const: 1, default: 1, description: 'How many of them must approve.' },
      timeout: { ...duration, description: 'After that `onTimeout` counts. Default: no limit.' },
      onTimeout: { enum: ['approve', 'reject'], default: 'reject' },
    },
  },
});

const workflowStep = stepOf('workflow', {
  workflow: { type: 'string', pattern: '^[a-z][a-z0-9-]*$', maxLength: 100, description: 'The workflow to run.' },
  with: input,
  wait: {
    type: 'boolean',
    default: true,
    description: 'The step ends with the other run, and a cancel reaches it. false: the step ends when it is started.',
  },
  ...fanned,
});

export const steps = {
  type: 'object',
  minProperties: 1,
  maxProperties: 1000,
  propertyNames: { pattern: '^[a-z][a-z0-9_]*$' },
  additionalProperties: { oneOf: [agentStep, sleepStep, untilStep, waitForStep, approvalStep, workflowStep] },
} as const;
