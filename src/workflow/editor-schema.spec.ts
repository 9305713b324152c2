import { workflowJsonSchema } from '@commandcenter/sdk/definition';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { COST_PER_MINUTE_USD } from './cost.js';
import {
  ALERT_KEYS,
  APPROVAL_KEYS,
  CONCURRENCY_KEYS,
  COST_KEYS,
  DEBOUNCE_KEYS,
  DEFAULTS_KEYS,
  EVENT_KEYS,
  GUARD_KEYS,
  ON_KEYS,
  RETRY_KEYS,
  SCHEDULE_KEYS,
  SLO_DURATION_KEYS,
  SLO_KEYS,
  STEP_KINDS,
  VERIFY_KEYS,
  WAIT_FOR_KEYS,
  WEBHOOK_KEYS,
  WORKFLOW_KEYS,
  type Keys,
} from './grammar/keys.js';
import { validateDefinition } from './validate.js';

const { properties } = workflowJsonSchema;
const stepSchemas = properties.steps.additionalProperties.oneOf;
/** By the key that says what a step does. */
const stepOf = (kind: keyof typeof STEP_KINDS) =>
  stepSchemas.find(({ required }) => required.includes(kind))!.properties as unknown as Record<
    string,
    { properties: object }
  >;

it.each<[string, object, Keys]>([
  ['a workflow', properties, WORKFLOW_KEYS],
  ['on', properties.on.properties, ON_KEYS],
  ['a schedule', properties.on.properties.schedule.items.properties, SCHEDULE_KEYS],
  ['an event', properties.on.properties.event.items.properties, EVENT_KEYS],
  ['a webhook', properties.on.properties.webhook.items.properties, WEBHOOK_KEYS],
  ['verify', properties.on.properties.webhook.items.properties.verify.properties, VERIFY_KEYS],
  ['debounce', properties.on.properties.event.items.properties.debounce.properties, DEBOUNCE_KEYS],
  ['an alert', properties.on.properties.alert.items.properties, ALERT_KEYS],
  ['a guard', properties.on.properties.alert.items.properties.guard.properties, GUARD_KEYS],
  ['concurrency', properties.concurrency.properties, CONCURRENCY_KEYS],
  ['slo', properties.slo.properties, SLO_KEYS],
  ['slo.duration', properties.slo.properties.duration.properties, SLO_DURATION_KEYS],
  ['cost', properties.cost.properties, COST_KEYS],
  ['defaults', properties.defaults.properties, DEFAULTS_KEYS],
  ...Object.entries(STEP_KINDS).map(([kind, keys]): [string, object, Keys] => [
    `a step with ${kind}`,
    stepOf(kind as keyof typeof STEP_KINDS),
    keys,
  ]),
  ['retry', stepOf('uses')['retry']!.properties, RETRY_KEYS],
  ['waitFor', stepOf('waitFor')['waitFor']!.properties, WAIT_FOR_KEYS],
  ['approval', stepOf('approval')['approval']!.properties, APPROVAL_KEYS],
])('the schema for editors has the keys of %s that the hub knows', (_place, known, keys) => {
  expect(Object.keys(known).toSorted()).toEqual(keys.known.toSorted());
});

it('the schema for editors tells the rate that the hub takes where a workflow says nothing', () => {
  expect(properties.cost.properties.perMinute.default).toBe(COST_PER_MINUTE_USD);
});

const accepts = new Ajv2020({ strict: false }).compile(workflowJsonSchema);

it.each<[object, boolean]>([
  [{}, true],
  [{ timeout: '5m', input: { type: 'object', properties: { a: { type: 'string' } } } }, true],
  [{ on: { schedule: [{ cron: '* * * * *', timezone: 'UTC' }], event: [{ type: 'x', if: true }] } }, true],
  [{ defaults: { retry: { attempts: 3, delay: '1s', factor: 1.5, jitter: false } } }, true],
  [{ cost: {} }, true],
  [{ cost: { perMinute: 0 } }, true],
  [{ cost: { perMinute: 1000 } }, true],
  [{ cost: { perMinute: 1000.5 } }, false],
  [{ cost: { perMinute: -1 } }, false],
  [{ cost: { perMinute: '1' } }, false],
  [{ cost: { budget: { perRun: 1 } } }, false],
  [{ cost: 0.01 }, false],
  [{ retention: '7d' }, true],
  [{ retention: 'a week' }, false],
  [{ retention: 7 }, false],
  [{ timeout: 'soon' }, false],
  [{ timeout: 5 }, false],
  [{ concurrency: {} }, true],
  [{ concurrency: { key: '${{ input.a }}', limit: 5, whenFull: 'cancel-oldest' } }, true],
  [{ concurrency: { limit: 0 } }, false],
  [{ concurrency: { whenFull: 'wait' } }, false],
  [{ id: 'X' }, false],
  [{ input: { type: 'objct' } }, false],
  [{ input: 'string' }, false],
  [{ on: { webhook: [] } }, true],
  [{ on: { webhook: [{ path: 'github', verify: { scheme: 'github', secret: 'S' }, if: 'true', input: {} }] } }, true],
  [{ on: { webhook: [{ path: 'shop', verify: { scheme: 'stripe', secret: 'S', tolerance: '10m' } }] } }, true],
  [
    {
      on: {
        webhook: [
          { path: 'a_1-b', verify: { scheme: 'hmac-sha256', secret: 'S', header: 'X-Sign', deliveryHeader: 'X-Id' } },
        ],
      },
    },
    true,
  ],
  [{ on: { webhook: [{ path: 'github' }] } }, false],
  [{ on: { webhook: [{ verify: { scheme: 'github', secret: 'S' } }] } }, false],
  [{ on: { webhook: [{ path: 'git/hub', verify: { scheme: 'github', secret: 'S' } }] } }, false],
  [{ on: { webhook: [{ path: 'GitHub', verify: { scheme: 'github', secret: 'S' } }] } }, false],
  [{ on: { webhook: [{ path: 'x', verify: { scheme: 'gitlab', secret: 'S' } }] } }, false],
  [{ on: { webhook: [{ path: 'x', verify: { scheme: 'github' } }] } }, false],
  [{ on: { webhook: [{ path: 'x', verify: { scheme: 'github', secret: 'S', tolerance: '5m' } }] } }, false],
  [{ on: { webhook: [{ path: 'x', verify: { scheme: 'slack', secret: 'S', header: 'X-A' } }] } }, false],
  [{ on: { webhook: [{ path: 'x', verify: { scheme: 'stripe', secret: 'S', deliveryHeader: 'X-A' } }] } }, false],
  [{ on: { webhook: [{ path: 'x', verify: { scheme: 'bearer', secret: 'S', header: 'X A' } }] } }, false],
  [{ on: { alert: [{ match: { alertname: 'X' }, status: 'resolved', guard: { max: 3, window: '1h' } }] } }, true],
  [{ on: { alert: [{ match: { alertname: 'X' }, cooldown: '10m', target: '${{ event.data.labels.job }}' }] } }, true],
  [{ on: { alert: [{ match: { code: 500 } }] } }, false],
  [{ on: { alert: [{ match: { a: 'b' }, status: 'pending' }] } }, false],
  [{ on: { alert: [{ match: { a: 'b' }, guard: { max: 3 } }] } }, false],
  [{ slo: { success: '99.5%', duration: { p95: '30s' }, window: '30d' } }, true],
  [{ slo: {} }, false],
  [{ slo: { success: '100%' } }, false],
  [{ slo: { success: 99.5 } }, false],
  [{ slo: { duration: { p95: '20s' } } }, false],
  [{ slo: { success: '99%', window: '36h' } }, false],
  [{ on: { schedule: [{}] } }, false],
  [{ on: { event: [{ type: 'x', debounce: { key: '${{ event.subject }}', for: '30s' } }] } }, true],
  [{ on: { event: [{ type: 'x', debounce: {} }] } }, false],
  [{ on: { schedule: [{ cron: '* * * * *', catchUp: 'latest', overlap: 'skip' }] } }, true],
  [{ on: { schedule: [{ cron: '* * * * *', overlap: 'cancel' }] } }, false],
  [{ on: { schedule: [{ cron: '* * * * *', catchUp: true }] } }, false],
  [{ defaults: { retry: { attempts: 0 } } }, false],
  [{ steps: {} }, false],
  [{ steps: { 'a-b': { uses: 'x.y' } } }, false],
  [{ steps: { a: { uses: 'x' } } }, false],
  [{ steps: { a: {} } }, false],
  [{ steps: { a: { uses: 'x.y', needs: 'b' } } }, false],
  [{ steps: { a: { uses: 'x.y', if: 3 } } }, false],
  [{ steps: { a: { uses: 'x.y', sleep: '1m' } } }, false],
])('editor and hub agree on %j', (part, good) => {
  const definition = { id: 'x', steps: { a: { uses: 'x.y' } }, ...part };
  expect([accepts(definition), validateDefinition(definition).problems.length === 0]).toEqual([good, good]);
});
