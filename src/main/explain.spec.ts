import { CcError } from '../errors/index.js';
import { explain } from './explain.js';

describe('explain', () => {
  it('gives the code, the sentence and every problem with its place, and no stack', () => {
    const problems = [
      { path: 'engine.grace', message: 'is wrong', line: 3, column: 10 },
      { path: 'PORT', message: 'is odd' },
    ];
    expect(explain(new CcError('CC_CONFIG_INVALID', 'Two problems.', { problems }))).toBe(
      'CC_CONFIG_INVALID: Two problems.\n  engine.grace (line 3, column 10): is wrong\n  PORT: is odd\n',
    );
  });

  it('says where a fault of our own came from', () => {
    expect(explain(new TypeError('x is not a function'))).toMatch(/^CC_INTERNAL: x is not a function\n +at /);
  });
});
