/** What somebody writes against the types that a generator made of the hub's document. */
export const clientProgram = `
import createClient from 'openapi-fetch';
import type { components, paths } from './hub.js';

declare const process: { argv: string[]; stdout: { write(text: string): void } };
const [, , baseUrl = '', token = '', slow = ''] = process.argv;
const hub = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${token}\` } });

type Run = components['schemas']['Run'];
type RunEvent = components['schemas']['RunEvent'];

const start = async () => {
  const { data, error } = await hub.POST('/api/v1/workflows/{id}/runs', {
    params: { path: { id: 'asks' }, header: { 'idempotency-key': 'a-key-of-mine' } },
    body: { input: { url: slow } },
  });
  if (data === undefined) throw new Error(error.code + ': ' + error.detail);
  return data;
};

async function follow(id: string): Promise<string[]> {
  const { data, error } = await hub.GET('/api/v1/runs/{id}/stream', {
    params: { path: { id }, query: {}, header: { 'last-event-id': '0' } },
    parseAs: 'stream',
  });
  if (!data) throw new Error(String(error));
  const seen: string[] = [];
  let rest = '';
  const reader = data.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (rest + part.value).split('\\n\\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const json = /^data: (.*)$/m.exec(block)?.[1];
      if (json === undefined) continue;
      const event: RunEvent = JSON.parse(json);
      seen.push(block.startsWith('event: end') ? 'end' : event.type);
    }
  }
  return seen;
}

const read = async (id: string): Promise<Run> => {
  const { data } = await hub.GET('/api/v1/runs/{id}', { params: { path: { id } } });
  if (data === undefined) throw new Error('no run ' + id);
  return data;
};

const started = await start();
const again = await start();
const followed = await follow(started.id);
const run = await read(started.id);
const won: boolean = run.status === 'succeeded';
const list = await hub.GET('/api/v1/runs', { params: { query: { workflow: 'asks', status: won ? 'succeeded' : 'failed', limit: 5 } } });

const other = await hub.POST('/api/v1/workflows/{id}/runs', { params: { path: { id: 'waits' } }, body: {} });
const otherId = other.data?.id ?? '';
const cancel = await hub.POST('/api/v1/runs/{id}/cancel', {
  params: { path: { id: otherId } },
  body: { reason: 'enough' },
});
await follow(otherId);
const ended = await read(otherId);

const missing = await hub.POST('/api/v1/workflows/{id}/runs', { params: { path: { id: 'nobody' } }, body: {} });
const code: components['schemas']['ErrorCode'] | undefined = missing.error?.code;
const wrong: object = { inputs: 1 };
const invalid = await hub.POST('/api/v1/workflows/{id}/runs', { params: { path: { id: 'asks' } }, body: wrong });

process.stdout.write(
  JSON.stringify({
    started: started.status,
    again: again.duplicate && again.id === started.id,
    followed,
    run: { status: run.status, steps: run.steps.map((step) => [step.id, step.status, step.attempt].join(' ')), error: run.error },
    listed: list.data?.items.some(({ id }) => id === started.id),
    cancelled: cancel.response.status,
    ended: { status: ended.status, code: ended.error?.code },
    refused: { status: missing.response.status, code },
    invalid: invalid.error?.problems?.map(({ path }) => path),
  }),
);
`;
