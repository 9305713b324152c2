import { condition, duration, name, retry, steps } from './step-schema.js';

const schedule = {
  type: 'object',
  additionalProperties: false,
  required: ['cron'],
  properties: {
    cron: {
      type: 'string',
      description: 'Five fields (minute hour day month weekday), or six with seconds first.',
      examples: ['*/15 * * * *', '0 7 * * 1-5'],
    },
    timezone: { type: 'string', default: 'UTC', description: 'IANA name.', examples: ['Europe/Zurich'] },
    catchUp: {
      enum: ['none', 'latest', 'all'],
      default: 'none',
      description: 'Which fires that were missed while no hub was up start a run. all: the last 1,000 at most.',
    },
    overlap: {
      enum: ['allow', 'skip', 'queue', 'cancel-previous'],
      default: 'allow',
      description: 'What a fire does while the run of the fire before still goes.',
    },
    input: { description: 'Input of each run: constant values. Default: {}.' },
  },
} as const;

const event = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: {
    type: { type: 'string', minLength: 1, description: 'The CloudEvents `type`, exactly.', examples: ['order.paid'] },
    if: { ...condition, description: 'Filter over `event`, the CloudEvent. Default: every event of the type.' },
    debounce: {
      type: 'object',
      additionalProperties: false,
      required: ['for'],
      description: 'A burst of events starts one run, with the last of them.',
      properties: {
        key: {
          type: 'string',
          minLength: 1,
          maxLength: 1000,
          description: 'Events with the same key are one burst. Default: all events of this entry.',
          examples: ['${{ event.data.id }}'],
        },
        for: {
          ...duration,
          description:
            'How long no other event must come: 1s to 1d. A burst that does not pause starts its run after ten times as long.',
        },
      },
    },
    input: {
      description: 'Input of the run; may use `event`. Default: the data of the event.',
      examples: ['${{ event.data }}'],
    },
  },
} as const;

const header = {
  type: 'string',
  maxLength: 100,
  pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
} as const;

const forSchemes = (...schemes: readonly string[]) =>
  ({ properties: { scheme: { enum: schemes } }, required: ['scheme'] }) as const;

const webhook = {
  type: 'object',
  additionalProperties: false,
  required: ['path', 'verify'],
  properties: {
    path: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9_-]{0,99}$',
      description: 'The last part of POST /hooks/{path}. Workflows may share it: each verifies for itself.',
      examples: ['github'],
    },
    verify: {
      type: 'object',
      additionalProperties: false,
      required: ['scheme', 'secret'],
      description: 'How a delivery proves who sent it.',
      properties: {
        scheme: { enum: ['github', 'slack', 'stripe', 'hmac-sha256', 'bearer'] },
        secret: {
          type: 'string',
          minLength: 1,
          maxLength: 1000,
          description: 'Name of a secret listed in commandcenter.yaml.',
          examples: ['GITHUB_WEBHOOK_SECRET'],
        },
        header: {
          ...header,
          description:
            'hmac-sha256, bearer: where the signature or the token stands. Default: X-Signature, Authorization.',
        },
        tolerance: {
          ...duration,
          description: 'slack, stripe: how far the time they signed may be from now, 1s to 1d. Default: 5m.',
        },
        deliveryHeader: {
          ...header,
          description:
            'hmac-sha256, bearer: what names a delivery, so that it starts one run. Without it each request is one of its own.',
        },
      },
      allOf: [
        {
          if: forSchemes('github', 'slack', 'stripe'),
          then: { properties: { header: false, deliveryHeader: false } },
        },
        { if: forSchemes('github', 'hmac-sha256', 'bearer'), then: { properties: { tolerance: false } } },
      ],
    },
    if: { ...condition, description: 'Filter over `event`; the body is `event.data`. Default: every delivery.' },
    input: {
      description: 'Input of the run; may use `event`. Default: the body.',
      examples: [{ repository: '${{ event.data.repository.full_name }}' }],
    },
  },
} as const;

const alert = {
  type: 'object',
  additionalProperties: false,
  description: 'Alerts that Alertmanager sent to the notifier. At least one label in `match`, or an `if`.',
  properties: {
    match: {
      type: 'object',
      maxProperties: 50,
      additionalProperties: { type: 'string', minLength: 1, maxLength: 1000 },
      description: 'Labels the alert must have, each with exactly this value.',
      examples: [{ alertname: 'HighErrorRate', severity: 'critical' }],
    },
    status: { enum: ['firing', 'resolved'], default: 'firing', description: 'At which end of the alert to start.' },
    if: { ...condition, description: 'Filter over `event`; the alert is `event.data`.' },
    input: {
      description: 'Input of the run; may use `event`. Default: the alert.',
      examples: [{ service: '${{ event.data.labels.service }}' }],
    },
    cooldown: {
      ...duration,
      description: 'After a start, no other for the same target within this time: 1s to 30d. Default: none.',
    },
    target: {
      type: 'string',
      minLength: 1,
      maxLength: 1000,
      description: 'What the cooldown counts for. Default: all alerts of this entry are one target.',
      examples: ['${{ event.data.labels.service }}'],
    },
    guard: {
      type: 'object',
      additionalProperties: false,
      required: ['max', 'window'],
      description: 'Further alerts are dropped, recorded and counted. Default: no limit.',
      properties: {
        max: { type: 'integer', minimum: 1, maximum: 1000, description: 'Starts in any window.' },
        window: { ...duration, description: '1s to 30d.' },
      },
    },
  },
} as const;

/** The boundaries of the histogram workflow_duration. */
const limit = { enum: ['500ms', '1s', '5s', '10s', '30s', '1m', '5m', '15m', '1h', '4h'] } as const;

const slo = {
  type: 'object',
  additionalProperties: false,
  anyOf: [{ required: ['success'] }, { required: ['duration'] }],
  description: 'What the workflow promises: burn-rate alerts come of it.',
  properties: {
    success: {
      type: 'string',
      pattern: '^\\d{1,2}(\\.\\d{1,4})?%$',
      description: 'Share of the runs that must succeed, more than 0% and less than 100%. Cancelled runs do not count.',
      examples: ['99%', '99.5%'],
    },
    duration: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      description: 'p95: 30s = 95 % of the runs take at most 30 seconds, waits included.',
      properties: { p50: limit, p90: limit, p95: limit, p99: limit },
    },
    window: {
      type: 'string',
      pattern: '^\\d{1,2}d$',
      default: '30d',
      description: 'The time the error budget is for: 1d to 90d.',
    },
  },
} as const;

/** JSON Schema of workflow files, for editors. The hub itself checks more: names, types, needs, agents. */
export const workflowJsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:commandcenter:workflow',
  title: 'CommandCenter workflow',
  type: 'object',
  additionalProperties: false,
  required: ['id', 'steps'],
  properties: {
    id: {
      type: 'string',
      pattern: '^[a-z][a-z0-9-]*$',
      maxLength: 100,
      description: 'Unique in the hub. Small letters, digits and -.',
    },
    name,
    description: { type: 'string', maxLength: 10000, description: 'What the workflow is for.' },
    on: {
      type: 'object',
      additionalProperties: false,
      description: 'What starts the workflow, besides people and the API.',
      properties: {
        schedule: { type: 'array', maxItems: 50, items: schedule },
        event: { type: 'array', maxItems: 50, items: event },
        webhook: { type: 'array', maxItems: 50, items: webhook },
        alert: { type: 'array', maxItems: 50, items: alert },
      },
    },
    input: {
      $ref: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      description: 'JSON Schema (2020-12) of the input. Defaults are filled in before the run starts.',
    },
    concurrency: {
      type: 'object',
      additionalProperties: false,
      description: 'How many runs go at the same time.',
      properties: {
        key: {
          type: 'string',
          minLength: 1,
          maxLength: 1000,
          description: 'Runs with the same key count together. Default: all runs of the workflow.',
          examples: ['${{ input.service }}'],
        },
        limit: { type: 'integer', minimum: 1, maximum: 1000, default: 1, description: 'Runs of one key at a time.' },
        whenFull: {
          enum: ['queue', 'skip', 'cancel-oldest'],
          default: 'queue',
          description: 'One more waits for its turn, does not start, or has the oldest cancelled and follows it.',
        },
      },
    },
    timeout: { ...duration, description: 'The run fails when it takes longer. Default: no limit.' },
    retention: {
      ...duration,
      description: "How long runs are kept after their end, 1h to 365d. Default: the hub's, 30d.",
    },
    slo,
    cost: {
      type: 'object',
      additionalProperties: false,
      description: 'What a run costs, besides what its agents report.',
      properties: {
        perMinute: {
          type: 'number',
          minimum: 0,
          maximum: 1000,
          default: 0.01,
          description: 'US dollars for a minute in which at least one step executes; waiting costs nothing.',
        },
      },
    },
    defaults: {
      type: 'object',
      additionalProperties: false,
      description: 'For steps that say nothing themselves.',
      properties: { retry, timeout: { ...duration, description: 'For each attempt of each step. Default: 5m.' } },
    },
    steps: { ...steps, description: 'By id: small letters, digits and _.' },
    finally: {
      ...steps,
      description:
        'Done when all steps are settled, however they ended, and also when the run is cancelled or takes too long.',
    },
    output: {
      description: 'Output of the run: any value with `${{ }}` inside.',
      examples: ['${{ steps.report.output }}'],
    },
  },
} as const;
