import type { Attributes, ObservableCallback, ObservableCounter } from '@opentelemetry/api';
import { Tally } from './tally.js';

/** An instrument that is read by hand. */
function counter(): ObservableCounter & { read(): [number, Attributes | undefined][] } {
  const callbacks: ObservableCallback[] = [];
  return {
    addCallback: (callback) => void callbacks.push(callback),
    removeCallback: () => undefined,
    read: () => {
      const seen: [number, Attributes | undefined][] = [];
      for (const callback of callbacks) void callback({ observe: (value, labels) => void seen.push([value, labels]) });
      return seen;
    },
  };
}

describe('a tally', () => {
  it('adds up by labels, and is read whole each time', () => {
    const instrument = counter();
    const tally = Tally.of(instrument);
    tally.add(0, { agent: 'a', status: 'failed' });
    tally.add(1, { agent: 'a', status: 'ok' });
    tally.add(2, { agent: 'a', status: 'ok' });
    const expected = [
      [0, { agent: 'a', status: 'failed' }],
      [3, { agent: 'a', status: 'ok' }],
    ];
    expect(instrument.read()).toEqual(expected);
    expect(instrument.read()).toEqual(expected);
  });

  it('does not mix values that run into each other', () => {
    const instrument = counter();
    Tally.of(instrument).add(1, { agent: 'ab', status: 'c' });
    Tally.of(instrument).add(1, { agent: 'a', status: 'bc' });
    expect(instrument.read().map(([value]) => value)).toEqual([1, 1]);
  });

  it('is one for an instrument, whoever asks', () => {
    const instrument = counter();
    expect(Tally.of(instrument)).toBe(Tally.of(instrument));
    expect(Tally.of(counter())).not.toBe(Tally.of(instrument));
  });
});
