import { v7 as uuidv7 } from 'uuid';
import { testDatabase } from '../../test/support/database.js';
import { type Engine, eventually, startEngine } from '../../test/support/engine.js';
import { entities } from '../app.module.js';
import type { Database } from '../database/index.js';
import type { Principal } from '../identity/index.js';
import { CommandPorts, RunReader, Signals } from '../runs/index.js';
import { Gauges } from '../telemetry/index.js';
import { ApprovalDesk } from './approval-desk.js';
import { Approvals } from './approvals.js';

const who = (user: string, more: Partial<Principal> = {}): Principal => ({
  id: user,
  name: user,
  user,
  role: 'viewer',
  approver: false,
  groups: [],
  ...more,
});
const ada = who('ada', { approver: true });

let database: Database;
let engine: Engine;
let approvals: Approvals;
let desk: ApprovalDesk;

beforeAll(async () => {
  database = await testDatabase({ entities });
  const approval = { message: 'Restart ${{ input.what }}?' };
  engine = await startEngine({
    database,
    plugin: { do: (input) => input },
    workflows: {
      ask: {
        steps: {
          ok: { approval },
          go: { needs: ['ok'], with: { by: '${{ steps.ok.output.by }}', n: '${{ steps.ok.output.data.n }}' } },
        },
        output: '${{ steps.go.output }}',
      },
      sre: { steps: { ok: { approval: { ...approval, approvers: ['group:sre', 'user:bob'] } } } },
      late: { steps: { ok: { approval: { ...approval, timeout: '300ms' } } } },
    },
  });
  desk = new ApprovalDesk(database, engine.inside(CommandPorts), engine.inside(Gauges));
  desk.onModuleInit();
  approvals = new Approvals(database, engine.inside(Signals));
});
afterAll(async () => {
  await engine.stop();
  await database.close();
});

async function asked(workflow: string): Promise<{ run: string; id: string }> {
  const { id: run } = await engine.start(workflow, { what: 'billing' });
  return eventually(async () => {
    const { items } = await approvals.list({ status: ['pending'], workflow, limit: 10 });
    return { run, id: items.find((one) => one.run === run)!.id };
  });
}

describe('an approval', () => {
  it('is listed with what it asks, and lets the run go on with what was decided', async () => {
    const { run, id } = await asked('ask');
    expect(await approvals.get(id)).toMatchObject({ run, step: 'ok', message: 'Restart billing?', approvers: ['role:approver'], status: 'pending' }); // prettier-ignore
    await approvals.decide(id, ada, { decision: 'approve', comment: 'fine', data: { n: 3 } });
    await engine.ended(run);
    expect((await engine.inside(RunReader).get(run)).output).toEqual({ by: 'ada', n: 3 });
    expect(await approvals.get(id)).toMatchObject({ status: 'approved', decidedBy: 'ada', comment: 'fine', data: { n: 3 } }); // prettier-ignore
  });

  it('that is rejected fails its step', async () => {
    const { run, id } = await asked('ask');
    await approvals.decide(id, ada, { decision: 'reject', comment: 'not on a Friday' });
    expect(JSON.parse((await engine.ended(run)).error!)).toMatchObject({
      code: 'CC_APPROVAL_REJECTED',
      message: 'step ok was rejected by ada: not on a Friday',
    });
  });

  it('is decided once, however many decide at the same time', async () => {
    const { run, id } = await asked('ask');
    const all = Array.from({ length: 20 }, (_, n) => approvals.decide(id, ada, { decision: n % 2 ? 'approve' : 'reject' })); // prettier-ignore
    const ends = await Promise.allSettled(all);
    const refused = ends.filter((one) => one.status === 'rejected').map((one) => (one.reason as { code: string }).code);
    expect(refused).toEqual(Array.from({ length: 19 }, () => 'CC_APPROVAL_DECIDED'));
    await engine.ended(run);
    expect((await engine.log(run)).filter((line) => line.startsWith('ApprovalDecided'))).toHaveLength(1);
  });

  it.each([
    [who('eve', { role: 'operator' }), false],
    [who('bob'), true],
    [who('carol', { groups: ['sre'] }), true],
    [ada, false],
  ])('of a group and a user: %j may decide: %p', async (principal, may) => {
    const { id } = await asked('sre');
    const decision = approvals.decide(id, principal, { decision: 'approve' });
    if (may) await expect(decision).resolves.toBeUndefined();
    else await expect(decision).rejects.toMatchObject({ code: 'CC_FORBIDDEN' });
  });

  it('whose time is over cannot be decided any more, and which of the two came first is the same everywhere', async () => {
    const { run, id } = await asked('late');
    expect(JSON.parse((await engine.ended(run)).error!)).toMatchObject({ code: 'CC_APPROVAL_EXPIRED' });
    expect((await approvals.get(id)).status).toBe('expired');
    await expect(approvals.decide(id, ada, { decision: 'approve' })).rejects.toMatchObject({ code: 'CC_APPROVAL_DECIDED' }); // prettier-ignore
    // Both at once, again and again: the run and the row never disagree.
    for (let n = 0; n < 5; n++) {
      const next = await asked('late');
      await new Promise((resolve) => setTimeout(resolve, 280));
      await approvals.decide(next.id, ada, { decision: 'approve' }).catch(() => undefined);
      const { status } = await engine.ended(next.run);
      expect([status, (await approvals.get(next.id)).status]).toEqual(
        status === 'succeeded' ? ['succeeded', 'approved'] : ['failed', 'expired'],
      );
    }
  });

  it('that is closed before it was written stays closed when the request comes at last', async () => {
    const request = {
      run: uuidv7(),
      workflow: 'late',
      step: 'ok',
      message: 'Restart billing?',
      approvers: ['role:approver'],
      requestedAt: Date.now() - 1_000,
      dueAt: Date.now() - 500,
      traceparent: '',
    };
    expect(await desk.closeApproval(request, 'expired')).toBe(true);
    await desk.requestApproval(request);
    const { items } = await approvals.list({ workflow: 'late', limit: 100 });
    expect(items.find(({ run }) => run === request.run)).toMatchObject({
      status: 'expired',
      message: 'Restart billing?',
    });
    // Whoever took the run over is told the same, also when the run has come to another end meanwhile.
    expect(await desk.closeApproval(request, 'expired')).toBe(true);
    expect(await desk.closeApproval(request, 'cancelled')).toBe(true);
  });

  it('of a cancelled run is cancelled', async () => {
    const { run, id } = await asked('ask');
    await engine.cancel(run);
    await engine.ended(run);
    expect((await approvals.get(id)).status).toBe('cancelled');
  });

  it('of a run that is gone is tidied up', async () => {
    const run = uuidv7();
    await desk.requestApproval({ run, workflow: 'ask', step: 'ok', message: 'x', approvers: [], requestedAt: Date.now(), dueAt: undefined, traceparent: '' }); // prettier-ignore
    const { items } = await approvals.list({ status: ['pending'], limit: 100 });
    const { id } = items.find((one) => one.run === run)!;
    await expect(approvals.decide(id, ada, { decision: 'approve' })).rejects.toMatchObject({ code: 'CC_APPROVAL_DECIDED' }); // prettier-ignore
    await desk.tidy();
    expect((await approvals.get(id)).status).toBe('cancelled');
  });

  it('that brings too much, or is not there, is told so', async () => {
    const { id } = await asked('ask');
    const data = 'x'.repeat(70_000);
    await expect(approvals.decide(id, ada, { decision: 'approve', data })).rejects.toMatchObject({ code: 'CC_REQUEST_INVALID' }); // prettier-ignore
    await expect(approvals.decide(uuidv7(), ada, { decision: 'approve' })).rejects.toMatchObject({ code: 'CC_APPROVAL_NOT_FOUND' }); // prettier-ignore
  });
});
