import type { JsonSchema } from '@commandcenter/sdk/definition';
import type { Catalogue } from './catalogue.js';
import { validateDefinition, validateWorkflow } from './validate.js';

const request: JsonSchema = {
  type: 'object',
  required: ['url'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', format: 'uri' },
    expectStatus: { type: 'array', items: { anyOf: [{ type: 'integer', minimum: 100 }, { type: 'string' }] } },
    auth: {
      type: 'object',
      required: ['bearer'],
      properties: { bearer: { type: 'string' } },
      additionalProperties: false,
    },
  },
};

const catalogue: Catalogue = {
  has: (agent, action) => (agent !== 'http' ? 'no-agent' : action === 'request' ? 'ok' : 'no-action'),
  inputSchema: () => request,
  names: () => ['http.request'],
};

const problemsOf = (text: string) =>
  validateWorkflow(text, { catalogue, secrets: ['TOKEN', 'OTHER'] }).problems.map(
    ({ path, message, code, line, column }) => `${line}:${column} ${path} ${code ?? ''} ${message}`,
  );

const minimal = 'id: x\nsteps:\n  a: { uses: http.request, with: { url: "http://x" } }\n';
/** A good workflow with more keys at the top, from line 4 on. */
const withTop = (more: string) => minimal + more;
/** A good workflow with more keys in its step, at line 4. */
const withStep = (more: string) =>
  `id: x\nsteps:\n  a:\n    ${more}\n    uses: http.request\n    with: { url: "http://x" }\n`;

describe('validating workflows', () => {
  it('accepts all the grammar that is built', () => {
    const text = `
id: everything-here
name: Everything
description: All keys.
on:
  schedule: [{ cron: "*/15 * * * *", timezone: Europe/Zurich, catchUp: all, overlap: cancel-previous, input: { service: db } }, { cron: "0 0 7 * * 1-5", input: { service: x } }]
  event: [{ type: order.paid, if: "\${{ event.data.total > 100 }}", input: { service: "\${{ event.data.id }}" } }, { type: x, debounce: { key: "\${{ event.subject }}", for: 30s } }]
  webhook:
    - { path: github, verify: { scheme: github, secret: TOKEN }, if: "event.type == 'push'", input: { service: "\${{ event.data.repository.name }}" } }
    - { path: pay, verify: { scheme: stripe, secret: TOKEN, tolerance: 10m } }
    - { path: own_1, verify: { scheme: hmac-sha256, secret: TOKEN, header: X-Sign, deliveryHeader: X-Id }, input: { service: x } }
  alert:
    - { match: { alertname: HighErrorRate }, cooldown: 10m, target: "\${{ event.data.labels.service }}", guard: { max: 3, window: 1h } }
    - { if: "event.data.labels.severity == 'critical'", status: resolved, input: { service: "\${{ event.data.labels.service }}" } }
input: { type: object, required: [service], additionalProperties: false, properties: { service: { type: string }, n: { default: 1 } } }
concurrency: { key: "\${{ input.service }} \${{ trigger.kind }}", limit: 2, whenFull: skip }
timeout: 1h
slo: { success: 99.5%, duration: { p95: 30s }, window: 28d }
cost: { perMinute: 0.25 }
defaults: { retry: { attempts: 3, delay: 1s, factor: 2, maxDelay: 1m, jitter: true }, timeout: 30s }
steps:
  first:
    uses: http.request
    name: First
    with: { url: "https://\${{ input.service }}/", auth: { bearer: "\${{ secrets.TOKEN }}" }, expectStatus: [200, 2xx] }
    retry: { attempts: 10, delay: 500ms }
    timeout: 10s
  second:
    uses: http.request
    needs: [first]
    if: \${{ steps.first.output.status != 200 && run.id != "" && trigger.kind == "manual" && has(event.id) }}
    with: { url: "\${{ steps.first.output.next }}" }
    continueOnError: true
  third: { uses: http.request, needs: [second], if: always(), with: { url: "http://x/\${{ steps.first.status }}" } }
output: { a: "\${{ steps.third.output }}", b: "\${{ steps.second.error }}" }
`;
    const { plan, problems } = validateWorkflow(text, { catalogue, secrets: ['TOKEN'] });
    expect(problems).toEqual([]);
    expect([...plan!.steps.keys()]).toEqual(['first', 'second', 'third']);
    expect(plan).toMatchObject({
      id: 'everything-here',
      name: 'Everything',
      timeoutMs: 3_600_000,
      costPerMinute: 0.25,
    });
    expect(plan!.steps.get('first')).toMatchObject({
      agent: 'http',
      action: 'request',
      needs: [],
      dependents: ['second'],
      if: undefined,
      retry: { attempts: 10, delayMs: 500, factor: 2, maxDelayMs: 60_000, jitter: true },
      timeoutMs: 10_000,
      continueOnError: false,
    });
    expect(plan!.steps.get('third')).toMatchObject({ needs: ['second'], timeoutMs: 30_000, if: { usesStatus: true } });
  });

  it.each([
    ['cost: { perMinute: 0.01, budget: { perRun: 1.00 } }', 'cost.budget'],
    ['cost: { budget: 1 }', 'cost.budget'],
  ])('refuses as not built: %s', (more, path) => {
    expect(problemsOf(withTop(more))).toEqual([
      expect.stringMatching(`^4:\\d+ ${RegExp.escape(path)} CC_GRAMMAR_NOT_BUILT`),
    ]);
  });

  it.each([
    // keys
    ['stpes: {}', /^4:1 stpes {2}unknown key "stpes"\. Did you mean "steps"/],
    ['whatever: 1', /Known are: id, name/],
    ['timeout: 90', /^4:10 timeout .*the number 90 is not a duration/],
    ['timeout: 0s', /longer than nothing/],
    ['timeout: 400d', /not a duration/],
    ['name: ""', /empty/],
    ['name: [x]', /must be a text, not a list/],
    ['defaults: { retries: {} }', /^4:13 defaults\.retries {2}unknown key "retries"\. Did you mean "retry"/],
    ['defaults: { retry: { attempts: 0 } }', /^4:32 defaults\.retry\.attempts .*from 1 to 1000, not the number 0/],
    ['defaults: { retry: { attempts: 1.5 } }', /whole number/],
    ['defaults: { retry: { factor: 0.5 } }', /from 1 to 100/],
    ['defaults: { retry: { jitter: yes } }', /true or false/],
    ['defaults: { retry: { delay: soon } }', /not a duration/],
    ['defaults: 3', /must be a map, not the number 3/],
    // debounce
    ['on: { event: [{ type: x, debounce: 1m }] }', /on\.event\[0\]\.debounce {2}this must be a map/],
    ['on: { event: [{ type: x, debounce: { key: a } }] }', /debounce {2}"for" is missing/],
    ['on: { event: [{ type: x, debounce: { for: soon } }] }', /debounce\.for .*not a duration/],
    ['on: { event: [{ type: x, debounce: { for: 500ms } }] }', /debounce\.for .*from 1s to 1d, not 500ms/],
    ['on: { event: [{ type: x, debounce: { for: 25h } }] }', /debounce\.for .*from 1s to 1d, not 25h/],
    [
      'on: { event: [{ type: x, debounce: { for: 1m, key: "${{ input.a }}" } }] }',
      /debounce\.key CC_EXPRESSION_INVALID/,
    ],
    ['on: { event: [{ type: x, debounce: { for: 1m, kye: a } }] }', /unknown key "kye"\. Did you mean "key"/],
    // concurrency
    ['concurrency: 1', /^4:14 concurrency {2}this must be a map, not the number 1/],
    ['concurrency: { keys: a }', /unknown key "keys"\. Did you mean "key"/],
    ['concurrency: { key: [a] }', /concurrency\.key .*must be a text, not a list/],
    ['concurrency: { key: "${{ steps.a.output }}" }', /concurrency\.key CC_EXPRESSION_INVALID .*steps/],
    ['concurrency: { limit: 0 }', /concurrency\.limit .*whole number from 1 to 1000, not the number 0/],
    ['concurrency: { whenFull: wait }', /concurrency\.whenFull .*queue, skip or cancel-oldest, not the string "wait"/],
    // cost
    ['cost: 0.01', /^4:7 cost {2}this must be a map, not the number 0\.01/],
    ['cost:', /^4:6 cost {2}this must be a map, not nothing/],
    ['cost: { perMinute: -0.01 }', /^4:20 cost\.perMinute {2}.*number from 0 to 1000, not the number -0\.01/],
    ['cost: { perMinute: 1000.01 }', /from 0 to 1000/],
    ['cost: { perMinute: "0.01" }', /from 0 to 1000, not the string "0\.01"/],
    ['cost: { perMinute: "${{ input.rate }}" }', /from 0 to 1000, not the string/],
    ['cost: { perMinute: null }', /from 0 to 1000, not nothing/],
    ['cost: { perMinute: .nan }', /^4:20 cost\.perMinute {2}this number has no form in JSON/],
    ['cost: { perMinute: .inf }', /no form in JSON/],
    ['cost: { perminute: 1 }', /^4:9 cost\.perminute {2}unknown key "perminute"\. Did you mean "perMinute"/],
    ['cost: { currency: EUR }', /^4:9 cost\.currency {2}unknown key "currency"\./],
    // triggers
    ['on: [schedule]', /^4:5 on {2}this must be a map, not a list/],
    ['on: { cron: x }', /unknown key "cron"/],
    ['on: { schedule: { cron: x } }', /must be a list, not a map/],
    ['on: { schedule: [{ timezone: UTC }] }', /^4:18 on\.schedule\[0\] {2}"cron" is missing/],
    ['on: { schedule: [{ cron: "* * *" }] }', /^4:26 on\.schedule\[0\]\.cron .*five fields/],
    ['on: { schedule: [{ cron: "61 * * * *" }] }', /not a cron line/],
    [
      'on: { schedule: [{ cron: "* * * * *", overlap: false }] }',
      /overlap .*queue or cancel-previous, not the boolean/,
    ],
    [
      'on: { schedule: [{ cron: "* * * * *", catchUp: last }] }',
      /on\.schedule\[0\]\.catchUp .*none, latest or all, not the string "last"/,
    ],
    ['on: { schedule: [{ cron: "* * * * *", timezone: Mars }] }', /on\.schedule\[0\]\.timezone .*not an IANA/],
    [
      'on: { schedule: [{ cron: "* * * * *", input: { a: "${{ event.x }}" } }] }',
      /on\.schedule\[0\]\.input\.a CC_EXPRESSION_INVALID .*no names are known/,
    ],
    ['on: { event: [{}] }', /"type" is missing/],
    [
      'on: { event: [{ type: x, if: "input.a" }] }',
      /^4:31 on\.event\[0\]\.if CC_EXPRESSION_INVALID .*"input" is not known/,
    ],
    ['on: { event: [{ type: x, if: "success()" }] }', /in "if" of a step only/],
    ['on: { event: [{ type: x, if: 3 }] }', /must be an expression, not the number 3/],
    ['on: { event: [{ type: x, input: "${{ steps.a.output }}" }] }', /"steps" is not known/],
    ['on: { alert: {} }', /^4:14 on\.alert {2}this must be a list, not a map/],
    ['on: { webhook: {} }', /^4:16 on\.webhook {2}this must be a list, not a map/],
    ['on: { webhook: [{ verify: { scheme: github, secret: TOKEN } }] }', /on\.webhook\[0\] {2}"path" is missing/],
    ['on: { webhook: [{ path: a }] }', /^4:17 on\.webhook\[0\] {2}"verify" is missing/],
    ['on: { webhook: [{ path: a/b, verify: { scheme: github, secret: TOKEN } }] }', /\.path .*"a\/b" is not a path/],
    ['on: { webhook: [{ path: a, verify: { scheme: github } }] }', /\.verify {2}"secret" is missing/],
    ['on: { webhook: [{ path: a, verify: { secret: TOKEN } }] }', /\.verify {2}"scheme" is missing/],
    ['on: { webhook: [{ path: a, verify: { scheme: githab, secret: TOKEN } }] }', /Did you mean "github"/],
    ['on: { webhook: [{ path: a, verify: { scheme: github, secret: TOKN } }] }', /"TOKN" is not listed .*"TOKEN"/],
    [
      'on: { webhook: [{ path: a, verify: { scheme: github, secret: TOKEN, tolerance: 5m } }] }',
      /github signs no time/,
    ],
    [
      'on: { webhook: [{ path: a, verify: { scheme: slack, secret: TOKEN, tolerance: 2d } }] }',
      /tolerance {2}this must be from 1s to 1d, not 2d/,
    ],
    [
      'on: { webhook: [{ path: a, verify: { scheme: slack, secret: TOKEN, tolerance: 5 } }] }',
      /the number 5 is not a duration/,
    ],
    [
      'on: { webhook: [{ path: a, verify: { scheme: slack, secret: TOKEN, header: X-A } }] }',
      /headers of slack are known/,
    ],
    [
      'on: { webhook: [{ path: a, verify: { scheme: bearer, secret: TOKEN, header: "X A" } }] }',
      /"X A" is not the name of a header/,
    ],
    [
      'on: { webhook: [{ path: a, verify: { scheme: bearer, secret: TOKEN, deliveryHeader: Cookie } }] }',
      /deliveryHeader {2}this header proves who sent/,
    ],
    [
      'on: { webhook: [{ path: a, verify: { scheme: hmac-sha256, secret: TOKEN, deliveryHeader: X-Signature } }] }',
      /deliveryHeader {2}this header proves who sent/,
    ],
    [
      'on: { webhook: [{ path: a, verify: { scheme: github, secret: TOKEN }, if: 3 }] }',
      /\.if {2}this must be an expr/,
    ],
    [
      'on: { webhook: [{ path: a, verify: { scheme: github, secret: TOKEN }, if: "input.a" }] }',
      /\.if CC_EXPRESSION_INVALID .*"input" is not known/,
    ],
    ['on: { webhook: [{ path: a, verify: { scheme: github, secret: TOKEN }, whenn: 1 }] }', /unknown key "whenn"/],
    ['on: { alert: [{}] }', /^4:15 on\.alert\[0\] {2}this would start at every alert/],
    ['on: { alert: [{ match: {} }] }', /would start at every alert/],
    ['on: { alert: [{ match: [a] }] }', /on\.alert\[0\]\.match {2}this must be a map, not a list/],
    ['on: { alert: [{ match: { code: 500 } }] }', /^4:32 on\.alert\[0\]\.match\.code {2}.*write "500" in quotes/],
    ['on: { alert: [{ match: { a: [b] } }] }', /match\.a {2}this must be a text, not a list/],
    [
      'on: { alert: [{ match: { a: b }, status: pending }] }',
      /\.status {2}this must be firing or resolved, not the string/,
    ],
    ['on: { alert: [{ match: { a: b }, if: 3 }] }', /\.if {2}this must be an expression, not the number 3/],
    ['on: { alert: [{ if: "input.a" }] }', /^4:22 on\.alert\[0\]\.if CC_EXPRESSION_INVALID .*"input" is not known/],
    ['on: { alert: [{ match: { a: b }, input: "${{ steps.a.output }}" }] }', /"steps" is not known/],
    ['on: { alert: [{ match: { a: b }, cooldown: 10 }] }', /\.cooldown .*the number 10 is not a duration/],
    ['on: { alert: [{ match: { a: b }, cooldown: 500ms }] }', /\.cooldown {2}this must be from 1s to 30d, not 500ms/],
    ['on: { alert: [{ match: { a: b }, cooldown: 31d }] }', /this must be from 1s to 30d, not 31d/],
    [
      'on: { alert: [{ match: { a: b }, target: api }] }',
      /^4:42 on\.alert\[0\]\.target {2}this must hold an expression/,
    ],
    [
      'on: { alert: [{ match: { a: b }, target: "${{ input.x }}" }] }',
      /\.target CC_EXPRESSION_INVALID .*"input" is not/,
    ],
    ['on: { alert: [{ match: { a: b }, target: { a: b } }] }', /\.target {2}this must be a text, not a map/],
    ['on: { alert: [{ match: { a: b }, guard: { max: 3 } }] }', /\.guard {2}"window" is missing/],
    ['on: { alert: [{ match: { a: b }, guard: { window: 1h } }] }', /\.guard {2}"max" is missing/],
    [
      'on: { alert: [{ match: { a: b }, guard: { max: 0, window: 1h } }] }',
      /\.guard\.max {2}.*whole number from 1 to 1000/,
    ],
    [
      'on: { alert: [{ match: { a: b }, guard: { max: 1, window: 0s } }] }',
      /\.guard\.window {2}this must be from 1s to 30d/,
    ],
    ['on: { alert: [{ if: true, matches: { a: b } }] }', /unknown key "matches"\. Did you mean "match"/],
    [
      'input: { properties: { n: { type: integer } } }\non: { alert: [{ match: { a: b }, input: { n: x } }] }',
      /^5:.* on\.alert\[0\]\.input\.n .*must be integer/,
    ],
    // input schema
    ['input: string', /must be a JSON Schema/],
    ['input: { type: objct }', /^4:16 input\.type .*the schema is wrong/],
    ['input: { properties: { a: { pattern: "(a" } } }', /does not compile/],
    ['input: { $ref: "http://x" }', /can only refer to itself/],
    [
      'input: { properties: { n: { type: integer } } }\non: { schedule: [{ cron: "* * * * *", input: { n: x } }] }',
      /^5:.* on\.schedule\[0\]\.input\.n .*must be integer/,
    ],
    [
      'input: { required: [n] }\non: { schedule: [{ cron: "* * * * *" }] }',
      /on\.schedule\[0\]\.input .*"n" is missing/,
    ],
    // output
    ['output: "${{ steps.b.output }}"', /^4:14 output CC_EXPRESSION_INVALID there is no step "b"/],
    ['output: "${{ steps.a.ouput }}"', /steps\.a has no "ouput"\. Did you mean "output"/],
    ['output: "${{ steps.a }}"', /name a field of the step: steps\.a\.output/],
    ['output: "${{ steps }}"', /name the step/],
    ['output: "${{ steps[input.x].output }}"', /name the step/],
    ['output: "${{ secrets.TOKEN }}"', /in "with" of a step that uses an agent only/],
    ['output: "${{ run.name }}"', /run has no "name"/],
    ['output: "${{ trigger.type }}"', /trigger has no "type"/],
    ['output: "${{ inptu.x }}"', /Did you mean "input"/],
    ['output: "${{ input.a"', /^4:10 output .*no closing/],
    ['output: { a: [1, "x ${{ 1 + }}"] }', /^4:\d+ output\.a\[1\] CC_EXPRESSION_INVALID/],
  ])('%s', (more, problem) => {
    expect(problemsOf(withTop(more))).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ['tiemout: 1s', /^4:5 steps\.a\.tiemout {2}unknown key "tiemout"\. Did you mean "timeout"/],
    ['timeout: soon', /^4:14 steps\.a\.timeout .*not a duration/],
    ['continueOnError: maybe', /true or false/],
    ['needs: b', /^4:12 steps\.a\.needs .*must be a list/],
    ['needs: [b]', /^4:13 steps\.a\.needs\[0\] .*there is no step "b"/],
    ['needs: [3]', /must be the id of a step/],
    ['needs: [a]', /wait for each other: a -> a/],
    ['if: 3', /must be an expression, true or false, not the number 3/],
    ['if: input.x ==', /^4:\d+ steps\.a\.if CC_EXPRESSION_INVALID/],
    ['if: 1 + 1', /must be true or false, this is int/],
    ['if: secrets.TOKEN == "x"', /in "with" of a step that uses an agent only/],
    ['if: steps.a.output', /^4:9 steps\.a\.if CC_EXPRESSION_INVALID the step "a" cannot read itself/],
    ['if: "has(event.x) && nope"', /^4:26 steps\.a\.if CC_EXPRESSION_INVALID the name "nope"/],
    ['if: "event.x.matches(\'a\')"', /use regex/],
  ])('step: %s', (more, problem) => {
    expect(problemsOf(withStep(more))).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    [
      '{ uses: http.request, with: { url: "http://x", ulr: 1 } }',
      /steps\.a\.with .*unknown property "ulr"\. Did you mean "url"/,
    ],
    ['{ uses: http.request }', /steps\.a\.with .*"url" is missing/],
    ['{ uses: http.request, with: [1] }', /must be a map, not a list/],
    ['{ uses: http.request, with: { url: 3 } }', /steps\.a\.with\.url .*must be string/],
    ['{ uses: http.request, with: { url: "${{ input.u }}", expectStatus: [200, "${{ input.s }}"] } }', undefined],
    [
      '{ uses: http.request, with: { url: "${{ input.u }}", expectStatus: [20, "${{ input.s }}"] } }',
      /steps\.a\.with\.expectStatus\[0\] {2}must be >= 100 or must be string/,
    ],
    [
      '{ uses: http.request, with: { url: "http://x", auth: { bearer: "${{ secrets.TOKEN }}", x: 1 } } }',
      /steps\.a\.with\.auth .*unknown property "x"/,
    ],
    ['{ uses: http.request, with: { url: "http://x", auth: "${{ input.auth }}" } }', undefined],
    ['{ uses: http.request, with: { url: "${{ secrets.TOKEM }}" } }', /"TOKEM" is not listed.*Did you mean "TOKEN"/],
    ['{ uses: http.request, with: { url: "${{ secrets[input.x] }}" } }', /name the secret/],
    ['{ uses: http.request, with: { url: "${{ toJson(secrets) }}" } }', /name the secret/],
    ['{ uses: http.get }', /steps\.a\.uses CC_AGENT_UNKNOWN the agent "http" has no action "get"/],
    ['{ uses: htp.request }', /CC_AGENT_UNKNOWN no loaded plugin has the agent "htp"\. Did you mean "http\.request"/],
    ['{ uses: slack.send }', /CC_AGENT_UNKNOWN .*Is its plugin listed/],
    ['{ uses: http }', /is not an action; write agent\.action/],
    ['{ uses: Http.Request.x }', /is not an action/],
    ['{ with: {} }', /steps\.a {2}"uses" is missing/],
    ['http.request', /must be a map, not the string/],
  ])('with and uses: %s', (step, problem) => {
    expect(problemsOf(`id: x\nsteps:\n  a: ${step}\n`)).toEqual(
      problem === undefined ? [] : expect.arrayContaining([expect.stringMatching(problem)]),
    );
  });

  it.each([
    ['', /must be a map, not nothing/],
    ['[]', /must be a map, not a list/],
    ['steps: { a: { uses: http.request, with: { url: "http://x" } } }', /"id" is missing/],
    ['id: x', /"steps" is missing/],
    ['id: x\nsteps: {}', /at least one step/],
    ['id: Hello_World\nsteps: { a: { uses: http.request, with: { url: "http://x" } } }', /^1:5 id .*is not an id/],
    ['id: 5\nsteps: { a: { uses: http.request, with: { url: "http://x" } } }', /must be a text/],
    [
      'id: x\nsteps: { a-b: { uses: http.request, with: { url: "http://x" } } }',
      /^2:10 steps\.a-b .*small letters, digits and _/,
    ],
    [
      'id: x\nsteps: { constructor: { uses: http.request, needs: [toString], with: { url: "http://x" } } }',
      /there is no step "toString"/,
    ],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
  });

  it('takes a thousand steps and no more', () => {
    const steps = (n: number) =>
      `id: x\nsteps:\n${Array.from({ length: n }, (_, i) => `  s${i}: { uses: http.request, with: { url: "http://x" } }`).join('\n')}`;
    expect(problemsOf(steps(1_000))).toEqual([]);
    expect(problemsOf(steps(1_001))).toEqual([expect.stringMatching(/1001 steps, at most 1000/)]);
  });

  it('reads a step only from those before it', () => {
    const text = `id: x
steps:
  a: { uses: http.request, with: { url: "http://x" } }
  b: { uses: http.request, needs: [a], with: { url: "http://x" } }
  c: { uses: http.request, needs: [b], with: { url: "\${{ steps.a.output }}\${{ steps.d.output }}" } }
  d: { uses: http.request, with: { url: "http://x" } }
`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^5:79 steps\.c\.with\.url .*"d" may not have run yet: add it to "needs" of "c"/),
    ]);
  });

  it('names a cycle once and still checks all else', () => {
    const text =
      'id: x\nsteps:\n  a: { uses: http.request, needs: [c], with: { url: "http://x" } }\n  b: { uses: http.request, needs: [a], with: { url: 1 } }\n  c: { uses: http.request, needs: [b], with: { url: "http://x" } }\n';
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^3:\d+ steps\.a\.needs .*a -> c -> b -> a/),
      expect.stringMatching(/^4:\d+ steps\.b\.with\.url .*must be string/),
    ]);
  });

  it('reports everything at once, in the order of the file', () => {
    const problems = problemsOf(
      'id: X\ntimeout: x\nsteps:\n  a: { uses: nope.x, needs: [z], retry: { attempts: x } }\n  B: {}\noutput: "${{ q }}"\n',
    );
    expect(problems.map((problem) => problem.split(' ', 2).join(' '))).toEqual([
      '1:5 id',
      '2:10 timeout',
      '4:14 steps.a.uses',
      '4:30 steps.a.needs[0]',
      '4:53 steps.a.retry.attempts',
      '5:3 steps.B',
      '5:6 steps.B',
      '6:14 output',
    ]);
  });

  it('knows the names of a closed input schema, and leaves an open one alone', () => {
    const text = (closed: boolean, name: string) =>
      withTop(
        `input: { properties: { service: {} }${closed ? ', additionalProperties: false' : ''} }\noutput: "\${{ ${name} }}"\n`,
      );
    expect(problemsOf(text(true, 'input.servcie'))).toEqual([
      expect.stringMatching(/^5:14 output .*no property "input\.servcie"\. Did you mean "service"/),
    ]);
    for (const good of [
      'input.service',
      'has(input.x)',
      'input.?x',
      'default(input.x, 1)',
      'input[input.service]',
      'input.service.any.thing',
    ]) {
      expect(problemsOf(text(true, good))).toEqual([]);
    }
    expect(problemsOf(text(false, 'input.servcie'))).toEqual([]);
  });

  it.each([
    [
      'input.n + "x"',
      /^5:14 output .*number \+ text is not defined; use string\(\.\.\.\) \(see the schema of input\.n\)/,
    ],
    ['1 + input.s', /number \+ text/],
    ['input.n == "5"', /a number never equals a text/],
    ['input.o.deep < input.s', /number < text is not defined \(see the schema of input\.o\.deep and input\.s\)/],
    ['input.s * 2', /text \* number/],
    ['input.l - input.l', /list - list/],
    ['[1].map(x, input.b >= 1)', /boolean >= number/],
    ['input.n + 1.5 == input.o.deep && input.s + "x" != "y" && input.l + [1] == input.l && input.b == true', undefined],
    ['input.n == null || input.any + 1 == 2 || input.any == "x" || input.nullable == 1', undefined],
    ['[{"n": "x"}].map(input, input.n + "y")', undefined],
    ['input.b ? input.n : input.n', undefined],
    ['input.n in [1, 2] && input.s in ["a"] && input.o == {"deep": 1}', undefined],
  ])('knows the types of inputs: %s', (expression, problem) => {
    const schema =
      '{ properties: { n: { type: integer }, s: { type: string }, b: { type: boolean }, l: { type: array }, any: {}, nullable: { type: [string, "null"] }, o: { type: object, properties: { deep: { type: number } } } } }';
    const text = withTop(`input: ${schema}\noutput: '\${{ ${expression} }}'\n`);
    expect(problemsOf(text)).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)]);
  });

  it('checks definitions made in code, without positions', () => {
    expect(validateDefinition({ id: 'x', steps: { a: { uses: 'http.request', wth: {} } } }).problems).toEqual([
      { path: 'steps.a.wth', message: 'unknown key "wth". Did you mean "with"?' },
    ]);
    expect(validateDefinition({ id: 'x', steps: { a: { uses: 'http.request' } } }).plan?.steps.size).toBe(1);
    for (const perMinute of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const { problems } = validateDefinition({ id: 'x', cost: { perMinute }, steps: { a: { uses: 'http.request' } } });
      const message = `this must be a number from 0 to 1000, not the number ${perMinute}`;
      expect(problems).toEqual([{ path: 'cost.perMinute', message }]);
    }
  });

  it('gives JSON and YAML of one content one version', () => {
    const { plan } = validateWorkflow(minimal);
    expect(validateWorkflow(JSON.stringify(plan!.definition)).plan?.version).toBe(plan!.version);
  });
});

describe('a file that is wrong everywhere', () => {
  it('is not told every word of it', () => {
    const long = 'a'.repeat(100_000);
    const keys = Array.from({ length: 3_000 }, (_, i) => `  wrong${i}: 1`).join('\n');
    const { problems } = validateWorkflow(`id: x\n? ${long}\n: 1\nsteps:\n a:\n  uses: b.c\n${keys}\n`);
    expect(problems).toHaveLength(201);
    expect(problems.at(-1)!.message).toBe('there may be more problems than these; the check ended here');
    expect(JSON.stringify(problems).length).toBeLessThan(100_000);
  });

  it('may not hold regular expressions that take minutes to compile', () => {
    const value = Array.from({ length: 3_000 }, (_, i) => `\${{ regex("", "a{1000}b{1000}c{900}${i}") }}`);
    const began = performance.now();
    const { problems } = validateWorkflow(JSON.stringify({ id: 'x', steps: { a: { uses: 'b.c', with: { value } } } }));
    expect(problems[0]!.message).toContain('too many or too large together');
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it('is not searched for what each unknown step may have meant', () => {
    const stem = 'a'.repeat(50);
    const steps: Record<string, unknown> = {};
    for (let i = 0; i < 900; i++) steps[`${stem}b${i}`] = { uses: 'a.b' };
    steps['z'] = { uses: 'a.b', needs: Array.from({ length: 900 }, (_, i) => `${stem}cccc${i}`) };
    const began = performance.now();
    expect(validateWorkflow(JSON.stringify({ id: 'x', steps })).problems).toHaveLength(201);
    expect(performance.now() - began).toBeLessThan(8_000);
  });
});
