import fc from 'fast-check';
import { SoloGate } from './solo-gate.js';

describe('the gate between suspects and all others', () => {
  let gate: SoloGate;
  let inside: string[];
  const enter = (name: string) => gate.enter(() => inside.push(name));
  const enterSolo = (name: string) => gate.enterSolo(() => inside.push(name));
  beforeEach(() => {
    gate = new SoloGate();
    inside = [];
  });

  it('lets steps in together', () => {
    ['a', 'b', 'c'].forEach(enter);
    expect(inside).toEqual(['a', 'b', 'c']);
  });

  it('lets a suspect in when the last step has left, and nobody beside it', () => {
    enter('a');
    enter('b');
    enterSolo('suspect');
    enter('c');
    gate.leave();
    expect(inside).toEqual(['a', 'b']);
    gate.leave();
    expect(inside).toEqual(['a', 'b', 'suspect']);
    gate.leaveSolo();
    expect(inside).toEqual(['a', 'b', 'suspect', 'c']);
  });

  it('lets suspects in one at a time, and steps that wait before the next of them', () => {
    enterSolo('one');
    enter('a');
    enterSolo('two');
    enter('b');
    expect(inside).toEqual(['one']);
    gate.leaveSolo();
    expect(inside).toEqual(['one', 'a']);
    gate.leave();
    expect(inside).toEqual(['one', 'a', 'two']);
    gate.leaveSolo();
    expect(inside).toEqual(['one', 'a', 'two', 'b']);
  });

  it('takes who leaves at once, many of them, without growing the stack', () => {
    enterSolo('suspect');
    let passed = 0;
    for (let n = 0; n < 20_000; n++) {
      gate.enter(() => {
        passed++;
        gate.leave();
      });
    }
    gate.leaveSolo();
    expect(passed).toBe(20_000);
    enterSolo('next');
    expect(inside).toEqual(['suspect', 'next']);
  });

  it('goes on after somebody threw', () => {
    enterSolo('suspect');
    gate.enter(() => {
      throw new Error('no');
    });
    enter('a');
    expect(() => gate.leaveSolo()).toThrow('no');
    gate.leave();
    expect(inside).toEqual(['suspect', 'a']);
  });

  it('is never shared with a suspect, and lets everybody in, in any order of coming and leaving', () => {
    const moves = fc.array(fc.constantFrom('step', 'suspect', 'leave', 'leave'), { maxLength: 80 });
    fc.assert(
      fc.property(moves, (list) => {
        const any = new SoloGate();
        const open: boolean[] = [];
        let came = 0;
        let entered = 0;
        const go = (solo: boolean) => () => {
          if (open.includes(true) || (solo && open.length > 0)) throw new Error('a suspect is not alone');
          open.push(solo);
          entered++;
        };
        const leave = () => (open.shift() ? any.leaveSolo() : any.leave());
        for (const move of list) {
          if (move === 'step') any.enter(go(false));
          if (move === 'suspect') any.enterSolo(go(true));
          if (move === 'leave' && open.length > 0) leave();
          if (move !== 'leave') came++;
        }
        while (open.length > 0) leave();
        expect(entered).toBe(came);
      }),
    );
  });
});
