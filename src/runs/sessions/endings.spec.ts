import { finished } from './endings.js';

const end = (output: unknown) => finished({ type: 'FinishRun', id: 'r', status: 'succeeded', output }, 1, 100);

describe('the end of a run', () => {
  it('is as decided', () => {
    expect(end({ n: 1 })).toEqual({ type: 'RunSucceeded', at: 1, output: { n: 1 } });
    expect(end(undefined)).toMatchObject({ type: 'RunSucceeded' });
  });

  it.each([
    ['is larger than allowed', 'x'.repeat(100)],
    ['nests too deeply to be written', JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  ])('is a failure when the output %s', (_, output: unknown) => {
    expect(end(output)).toMatchObject({ type: 'RunFailed', error: { code: 'CC_STEP_OUTPUT_TOO_LARGE' } });
  });
});
