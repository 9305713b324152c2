import { Pulse } from './pulse.js';

const now = () => Number(process.hrtime.bigint() / 1_000_000n);

function pulse(monotonicAge: number, wallAge: number): Pulse {
  const made = new Pulse();
  const sent = new Int32Array(made.memory);
  sent[0] = (now() - monotonicAge) | 0;
  sent[1] = (Date.now() - wallAge) | 0;
  return made;
}

describe('Pulse', () => {
  it('is certain before the first heartbeat and after a fresh one', () => {
    expect(new Pulse().certain).toBe(true);
    expect(pulse(1000, 1000).certain).toBe(true);
  });

  it('is not certain when the last heartbeat is old: the process was stopped or cut off', () => {
    expect(pulse(2600, 2600).certain).toBe(false);
    expect(pulse(15_000, 15_000).certain).toBe(false);
  });

  it('is not certain when only the wall clock moved on: the machine slept', () => {
    expect(pulse(100, 60_000).certain).toBe(false);
  });

  it('does not mind a wall clock that was set back', () => {
    expect(pulse(100, -60_000).certain).toBe(true);
  });
});
