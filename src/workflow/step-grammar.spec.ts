import { validateWorkflow } from './validate.js';

const agents = { has: () => 'ok' as const, names: () => [], inputSchema: () => undefined };

/** The problems of a workflow whose second step is this, in one line each. */
function problemsOf(step: string, more = ''): string[] {
  const text = `id: x\nsteps:\n  a: { uses: test.do }\n  b: ${step}\n${more}`;
  return validateWorkflow(text, { catalogue: agents, secrets: ['TOKEN'] }).problems.map(
    ({ path, code, message }) => `${path} ${code ?? ''} ${message}`,
  );
}

describe('steps of every kind', () => {
  it.each([
    '{ needs: [a], sleep: 10m }',
    '{ sleep: "${{ input.pause }}" }',
    '{ until: "2026-12-24T18:00:00Z", if: failure() }',
    '{ until: "${{ input.at }}" }',
    '{ waitFor: { event: order.paid } }',
    '{ needs: [a], waitFor: { event: order.paid, if: "${{ event.data.id == steps.a.output.id }}", timeout: 2d } }',
    '{ approval: { message: "Restart ${{ input.service }}?" } }',
    '{ approval: { message: Go?, approvers: ["user:ada", "group:sre", "role:approver"], quorum: 1, timeout: 30m, onTimeout: approve } }',
    '{ approval: { message: Go?, approvers: "${{ input.approvers }}" } }',
    '{ workflow: other-one, with: { id: "${{ input.id }}" }, wait: false, continueOnError: true }',
    '{ forEach: [1, 2], uses: test.do, with: { n: "${{ item * index }}", token: "${{ secrets.TOKEN }}" } }',
    '{ needs: [a], forEach: "${{ steps.a.output }}", concurrency: 3, onItemFailure: continue, workflow: other, with: { n: "${{ item }}" } }',
  ])('takes %s', (step) => expect(problemsOf(step)).toEqual([]));

  it.each([
    ['{ name: nothing }', /^steps\.b {2}"uses" is missing.* sleep, until, waitFor, approval, workflow/],
    ['{ uses: test.do, sleep: 1s }', /^steps\.b {2}a step does one thing: "uses" and "sleep" cannot stand together/],
    ['{ sleep: soon }', /^steps\.b\.sleep .*not a duration/],
    ['{ sleep: 1s, retry: { attempts: 2 } }', /^steps\.b\.retry {2}unknown key "retry"/],
    ['{ until: tomorrow }', /^steps\.b\.until .*not an instant/],
    ['{ until: "${{ steps.a.output }}" }', /add it to "needs"/],
    ['{ waitFor: order.paid }', /^steps\.b\.waitFor {2}this must be a map/],
    ['{ waitFor: { if: true } }', /"event" is missing/],
    ['{ waitFor: { event: x, if: success() } }', /in "if" of a step only/],
    ['{ waitFor: { event: x, if: "secrets.TOKEN == event.id" } }', /that uses an agent only/],
    ['{ waitFor: { event: x, timeout: 0s } }', /longer than nothing/],
    ['{ approval: { onTimeout: reject } }', /"message" is missing/],
    ['{ approval: { message: x, approvers: [] } }', /somebody must be able to decide/],
    ['{ approval: { message: x, approvers: [ada] } }', /"ada" is not user:<name>, group:<name> or role:<name>/],
    ['{ approval: { message: x, quorum: 2 } }', /^steps\.b\.approval\.quorum CC_GRAMMAR_NOT_BUILT/],
    ['{ approval: { message: x, onTimeout: panic } }', /must be approve or reject/],
    ['{ workflow: Other }', /is not the id of a workflow/],
    ['{ workflow: other, with: { t: "${{ secrets.TOKEN }}" } }', /that uses an agent only/],
    ['{ workflow: other, timeout: 1m }', /unknown key "timeout"/],
    ['{ forEach: 3, uses: test.do }', /^steps\.b\.forEach {2}this must be a list/],
    ['{ forEach: [], uses: test.do, concurrency: 0 }', /^steps\.b\.concurrency .*from 1 to 1000/],
    ['{ forEach: [], uses: test.do, onItemFailure: never }', /stop or continue/],
    ['{ uses: test.do, concurrency: 3 }', /"concurrency" belongs to a step with "forEach"/],
    ['{ uses: test.do, with: { n: "${{ item }}" } }', /"item" can be used in "with" of a step with forEach only/],
    ['{ forEach: "${{ item }}", uses: test.do }', /"item" can be used/],
    ['{ sleep: 1s, forEach: [1] }', /unknown key "forEach"/],
  ])('refuses %s', (step, message) => {
    const problems = problemsOf(step);
    expect(problems).toEqual([expect.stringMatching(message)]);
  });

  it('knows the items of a step with forEach, and of no other', () => {
    expect(problemsOf('{ forEach: [1], uses: test.do }', 'output: "${{ steps.b.items[0].status }}"\n')).toEqual([]);
    expect(problemsOf('{ uses: test.do }', 'output: "${{ steps.b.items }}"\n')).toEqual([
      expect.stringMatching(/steps\.b has no "items"/),
    ]);
  });
});

describe('finally', () => {
  const last = (step: string) => problemsOf('{ uses: test.do }', `finally:\n  z: ${step}\n`);

  it.each([
    '{ uses: test.do, with: { how: "${{ run.status }}", why: "${{ run.error }}", a: "${{ steps.a.output }}" } }',
    '{ if: failure(), uses: test.do }',
    '{ sleep: 1s }',
  ])('takes %s', (step) => expect(last(step)).toEqual([]));

  it('knows how the run ends, which no other step does', () => {
    expect(problemsOf('{ uses: test.do, with: { how: "${{ run.status }}" } }')).toEqual([
      expect.stringMatching(/run has no "status"/),
    ]);
  });

  it.each([
    ['{ needs: [a], uses: test.do }', /there is no step "a"/],
    ['{ uses: test.do, with: { z: "${{ steps.z.output }}" } }', /cannot read itself/],
    ['{ usess: test.do }', /"uses" is missing|unknown key/],
  ])('refuses %s', (step, message) => expect(last(step)[0]).toMatch(message));

  it('has ids of its own', () => {
    expect(problemsOf('{ uses: test.do }', 'finally: { b: { uses: test.do } }\n')).toEqual([
      expect.stringMatching(/^finally\.b .*there is a step "b" under "steps" too/),
    ]);
    expect(problemsOf('{ uses: test.do }', 'finally: {}\n')).toEqual([expect.stringMatching(/at least one step/)]);
  });
});
