import fc from 'fast-check';
import { catalogue } from '../src/errors/index.js';
import { CheckedHub, noRun } from './support/api/checked-hub.js';
import { Contract } from './support/api/contract.js';
import { eventually } from './support/engine.js';
import { operationsOf, type OperationCases, type Request } from './support/api/cases/operations.js';
import { Sender, type Raw } from './support/api/cases/send.js';

/** A fixed one: what fails once fails again. Another: CASES_SEED=7. */
const seed = Number(process.env['CASES_SEED'] ?? 20_260_301);
const goodOfEach = Number(process.env['CASES_GOOD'] ?? 20);
const badOfEach = Number(process.env['CASES_BAD'] ?? 50);

/** Every operation the hub documents, whoever wrote it, asked for what it should take and for what it should not. */
describe('requests made from the OpenAPI document', () => {
  let checked: CheckedHub;
  let sender: Sender;
  let contract: Contract;
  let operations: OperationCases[];
  const counts = { cases: 0, answered: new Map<number, number>(), succeeded: new Set<string>() };

  beforeAll(async () => {
    checked = await CheckedHub.start();
    const ended = (await checked.startRun('hello')).body.id as string;
    const waits = (await checked.startRun('waits')).body.id as string;
    await checked.hub.ended(ended);
    const versions = (await checked.call('/api/v1/workflows/hello')).body.version as string;
    operations = operationsOf(checked.document, [ended, waits, noRun, 'hello', 'order', 'paid', versions]);
    contract = new Contract(checked.document);
    sender = new Sender(new URL(checked.hub.url), await checked.hub.token('admin'));
  });
  afterAll(async () => {
    sender.close();
    await checked.close();
  });

  const ask = async (operation: OperationCases, request: Request): Promise<string[]> => {
    const answer = await sender.send(request).catch((error: Error) => error);
    counts.cases += 1;
    if (answer instanceof Error) return [`${told(request)}: no answer: ${answer.message}`];
    counts.answered.set(answer.status, (counts.answered.get(answer.status) ?? 0) + 1);
    if (answer.status < 400) counts.succeeded.add(operation.name);
    return [...faultsOf(answer, operation), ...undocumented(answer, request)].map(
      (fault) => `${told(request)}: ${fault}`,
    );
  };
  /** An answer other than the document says; where the path fits another route, that one is meant. */
  const undocumented = (answer: Raw, request: Request) => {
    if (answer.body?.code === 'CC_ROUTE_NOT_FOUND' || answer.body?.code === 'CC_METHOD_NOT_ALLOWED') return [];
    const fault = contract.violation(request.method, request.path, answer);
    return fault === undefined || answer.headers.get('content-type')?.startsWith('text/event-stream') ? [] : [fault];
  };

  const all = async (cases: (operation: OperationCases) => fc.Arbitrary<Request>, numRuns: number) => {
    const faults: string[] = [];
    for (const operation of operations) {
      const requests = fc.sample(cases(operation), { seed, numRuns });
      for (let at = 0; at < requests.length; at += 8)
        faults.push(...(await Promise.all(requests.slice(at, at + 8).map((one) => ask(operation, one)))).flat());
    }
    return distinct(faults);
  };

  it('that are right are answered as documented', async () => {
    expect(await all(({ good }) => good, goodOfEach)).toEqual([]);
    const without = operations.filter(({ name }) => name.startsWith('GET ') && !name.includes('{'));
    expect(without.filter(({ name }) => !counts.succeeded.has(name)).map(({ name }) => name)).toEqual([]);
  }, 300_000);

  it('that are wrong never break the hub: a problem with a code, and nothing of 5xx', async () => {
    expect(await all(({ bad }) => bad, badOfEach)).toEqual([]);
  }, 300_000);

  it('leave it whole', async () => {
    // Not at once: what the cases started still has the database to itself.
    await eventually(async () => expect((await checked.call('/health/ready', { token: null })).status).toBe(200));
    // One that no case named: others may be disabled by now.
    const { id } = (await checked.startRun('nightly')).body as { id: string };
    expect(await checked.hub.ended(id)).toMatchObject({ status: 'succeeded' });
    const statuses = [...counts.answered].sort().map(([status, count]) => `${status}: ${count}`);
    process.stdout.write(
      `generated API cases: ${counts.cases} on ${operations.length} operations, ${counts.succeeded.size} of which succeeded at least once; ${statuses.join(', ')}; seed ${seed}\n`,
    );
    expect(counts.cases).toBe(operations.length * (goodOfEach + badOfEach));
    expect(operations.length).toBeGreaterThan(25);
  });
});

function faultsOf({ status, headers, body }: Raw, { responses }: OperationCases): string[] {
  if (status < 400) return [];
  const faults: string[] = [];
  if (status >= 500 && !(status === 503 && '503' in responses)) faults.push(`${status} ${JSON.stringify(body)}`);
  if (!headers.get('content-type')?.startsWith('application/problem+json'))
    faults.push(`${status} is no problem document`);
  else if (!(body.code in catalogue) || body.status !== status) faults.push(`${status} with the code ${body.code}`);
  return faults;
}

/** One request for each fault: a route that is wrong is wrong many times. */
function distinct(faults: readonly string[]): string[] {
  const byFault = Map.groupBy(faults, (fault) => fault.slice(fault.lastIndexOf(': ')));
  return [...byFault.values()].map((same) => `${same[0]} (${same.length} times)`).slice(0, 50);
}

function told({ method, path, headers, body = '' }: Request): string {
  const short = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}... (${text.length})` : text);
  return `${method} ${short(path)} ${headers['content-type'] ?? ''} ${short(JSON.stringify(body))}`;
}
