import { z } from 'zod';
import { read } from './read.js';
import { routeSpec } from './route-spec.js';

const spec = routeSpec({
  summary: 's',
  access: 'viewer',
  params: z.strictObject({ id: z.uuid() }),
  query: z.strictObject({ limit: z.coerce.number().int().max(200).default(50) }),
  body: z.strictObject({ name: z.string(), tags: z.array(z.string()).default([]) }),
  answer: { status: 200, description: 'd' },
});

const id = '019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f';
const request = (parts: object) => ({ params: {}, query: {}, headers: {}, body: undefined, ...parts });

describe('the door', () => {
  it('gives what the spec names, with its defaults', () => {
    expect(read(spec, request({ params: { id }, query: { limit: '5' }, body: { name: 'n' } }))).toEqual({
      params: { id },
      query: { limit: 5 },
      body: { name: 'n', tags: [] },
    });
  });

  it('lists every problem of every part by its path', () => {
    const bad = request({
      params: { id: 'x' },
      query: { limit: '999', colour: 'red' },
      body: { tags: [1], size: 2, 'x.y': 3 },
    });
    const paths = ['body.name', 'body.size', 'body.tags.0', 'body.x.y', 'params.id', 'query.colour', 'query.limit'];
    try {
      read(spec, bad);
    } catch (error) {
      const { code, problems } = error as { code: string; problems: { path: string; message: string }[] };
      expect(code).toBe('CC_REQUEST_INVALID');
      expect(problems.map(({ path }) => path).sort()).toEqual(paths);
      expect(problems.find(({ path }) => path === 'body.size')?.message).toBe('is not known here');
    }
    expect.assertions(3);
  });

  it('refuses a query where none is read', () => {
    const { query: _query, ...without } = spec;
    expect(() => read(without, request({ params: { id }, query: { page: '2' }, body: { name: 'n' } }))).toThrow(
      /query\.page is not known here/,
    );
  });

  it('says that a body is missing', () => {
    expect(() => read(spec, request({ params: { id } }))).toThrow(/^body is missing/);
  });

  it('does not take what hangs on a prototype for a value', () => {
    const body = JSON.parse('{"name":"n","__proto__":{"admin":true}}') as object;
    expect(() => read(spec, request({ params: { id }, body }))).toThrow(/__proto__ is not known here/);
  });
});
