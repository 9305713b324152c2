import { diag } from '@opentelemetry/api';
import { globalErrorHandler } from '@opentelemetry/core';
import { Complaints, listenToSdk } from './complaints.js';

describe('complaints about telemetry', () => {
  const told = (complaints: Complaints) => {
    const lines: string[] = [];
    complaints.to((line) => lines.push(line));
    return lines;
  };
  const minute = 60_000;

  it('wait for a log, at most twenty of them', () => {
    const complaints = new Complaints();
    for (let n = 0; n < 30; n++) complaints.add(`problem ${String.fromCharCode(97 + n)}`);
    expect(told(complaints)).toEqual(Array.from({ length: 20 }, (_, n) => `problem ${String.fromCharCode(97 + n)}`));
  });

  it('are one line a minute of each kind, with the count of the others; numbers and ids make no kind', () => {
    const complaints = new Complaints();
    const lines = told(complaints);
    for (let n = 0; n < 1_000; n++) complaints.add(`Dropped ${n} spans of 00ff12ab34cd56ef`, n);
    complaints.add('no place', 5);
    complaints.add('Dropped 7 spans of 7766554433221100', minute);
    complaints.add('Dropped 8 spans of 7766554433221100', minute + 1);
    expect(lines).toEqual([
      'Dropped 0 spans of 00ff12ab34cd56ef',
      'no place',
      'Dropped 7 spans of 7766554433221100 (and 999 like it since the last line)',
    ]);
  });

  it('say once an hour that there is no collector, and what to do', () => {
    const complaints = new Complaints();
    const lines = told(complaints);
    for (const at of [0, minute, 59 * minute])
      complaints.add('14 UNAVAILABLE: connect ECONNREFUSED. Resolution note: ', at);
    complaints.add('14 UNAVAILABLE: another word', 60 * minute);
    expect(lines).toEqual([
      expect.stringMatching(
        /^spans and logs find no collector .*\(14 UNAVAILABLE: connect ECONNREFUSED\.\).*dev:stack/,
      ),
      expect.stringContaining('another word'),
    ]);
  });

  it('are bounded however different they are, and however long', () => {
    const complaints = new Complaints();
    const lines = told(complaints);
    for (let n = 0; n < 5_000; n++) complaints.add(`${'x'.repeat(n)} ${'y'.repeat(10_000)}`, n);
    expect(lines.length).toBeLessThanOrEqual(51);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(600);
  });

  it('that come from telling one end there', () => {
    const complaints = new Complaints();
    const lines: string[] = [];
    complaints.to((line) => {
      lines.push(line);
      complaints.add(`cannot tell: ${line}`);
    });
    complaints.add('no collector');
    expect(lines).toEqual(['no collector']);
  });

  it('are what the SDK warns of and what it fails with, in words', () => {
    const complaints = new Complaints();
    const lines = told(complaints);
    listenToSdk(complaints);
    try {
      diag.debug('details');
      diag.info('so far so good');
      diag.warn('Dropping extra attributes.', { key: 'x' });
      globalErrorHandler(Object.assign(new Error(''), { code: 'ECONNREFUSED' }));
      globalErrorHandler(new AggregateError([new Error('no ::1'), new Error('no 127.0.0.1')]));
      globalErrorHandler('a text');
    } finally {
      diag.disable();
    }
    expect(lines).toEqual([
      'Dropping extra attributes. {"key":"x"}',
      expect.stringContaining('ECONNREFUSED'),
      'no ::1, no 127.0.0.1',
      'a text',
    ]);
  });
});
