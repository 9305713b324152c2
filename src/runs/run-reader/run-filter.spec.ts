import type { RunStatus } from '../../workflow/index.js';
import { encodeCursor } from './cursor.js';
import { idAt, runConditions } from './run-filter.js';

const id = '019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f';

describe('a filter of runs as SQL', () => {
  it('is true when nothing is asked', () => {
    expect(runConditions({ limit: 50 })).toEqual({ found: 'true', values: [] });
  });

  it('passes values as parameters only', () => {
    const hostile = "x'; DROP TABLE run; --";
    const { found, values } = runConditions({ workflow: hostile, limit: 50 });
    expect(found).toBe('workflow_id = $1');
    expect(values).toEqual([hostile]);
  });

  it('numbers the parameters in order', () => {
    const { found, checked, values } = runConditions({
      workflow: 'hello',
      status: ['failed'],
      trigger: ['event'],
      cursor: encodeCursor(id),
      limit: 5,
    });
    expect(found).toBe('workflow_id = $1 AND status = ANY($2) AND id < $4');
    expect(checked).toBe('trigger = ANY($3)');
    expect(values).toEqual(['hello', ['failed'], ['event'], id]);
  });

  it('lets the index of open runs be used only when open runs alone are asked for', () => {
    expect(runConditions({ status: ['running', 'waiting'], limit: 5 }).found).toContain('finished_at IS NULL');
    expect(runConditions({ status: ['running', 'failed'], limit: 5 }).found).not.toContain('finished_at');
  });

  it('tells what has an index from what must be looked at run by run', () => {
    const statuses = (...status: RunStatus[]) => runConditions({ status, limit: 5 });
    expect(statuses('failed', 'cancelled')).toMatchObject({ found: 'status = ANY($1)' });
    expect(statuses('queued', 'paused').checked).toBeUndefined();
    for (const mixed of [statuses('succeeded'), statuses('succeeded', 'failed'), statuses('running', 'failed')])
      expect(mixed).toMatchObject({ found: 'true', checked: 'status = ANY($1)' });
  });

  it('says times as bounds of the id too, a minute wider than the clocks', () => {
    const since = new Date('2026-01-31T08:00:00Z');
    const until = new Date('2026-01-31T09:00:00Z');
    const { found, values } = runConditions({ since, until, limit: 5 });
    expect(found).toBe('created_at >= $1 AND id >= $2 AND created_at < $3 AND id < $4');
    expect(values).toEqual([since, idAt(since.getTime() - 60_000), until, idAt(until.getTime() + 60_000)]);
  });
});

describe('the smallest id of a millisecond', () => {
  it('holds the millisecond in its first 48 bits', () => {
    const ms = Date.parse('2026-01-31T08:00:00.123Z');
    expect(Number.parseInt(idAt(ms).replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
    expect(idAt(ms)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-0000-0000-0{12}$/);
  });

  it.each([-1, 2 ** 60])('stays an id at %d', (ms) => expect(idAt(ms)).toHaveLength(36));
});
