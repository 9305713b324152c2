import { validateInput } from './input.js';
import { validateWorkflow } from './validate.js';

const planOf = (input: string) => validateWorkflow(`id: x\n${input}\nsteps: { a: { uses: b.c } }`).plan!;

it('is {} when there is none, and anything when there is no schema', () => {
  expect(validateInput(planOf(''), undefined)).toEqual({});
  expect(validateInput(planOf(''), [1])).toEqual([1]);
});

it('fills in defaults', () => {
  expect(validateInput(planOf('input: { properties: { n: { default: 5 } } }'), {})).toEqual({ n: 5 });
});

it('throws with every problem by path', () => {
  const plan = planOf(
    'input: { type: object, required: [a], properties: { n: { type: integer } }, additionalProperties: false }',
  );
  const starting = () => validateInput(plan, { n: 'x', nn: 1 });
  expect(starting).toThrow(
    expect.objectContaining({
      code: 'CC_INPUT_INVALID',
      problems: [
        { path: 'input', message: '"a" is missing' },
        { path: 'input', message: 'unknown property "nn". Did you mean "n"?' },
        { path: 'input.n', message: 'must be integer' },
      ],
    }),
  );
});
