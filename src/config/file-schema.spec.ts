import { Ajv2020 } from 'ajv/dist/2020.js';
import { configJsonSchema } from './file-schema.js';

describe('the published schema of commandcenter.yaml', () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(configJsonSchema());

  it('accepts what the hub accepts', () => {
    expect(validate({ engine: { grace: '30s' }, plugins: [{ use: 'http' }], secrets: ['A_B'] })).toBe(true);
    expect(validate({})).toBe(true);
  });

  it.each([{ engin: {} }, { engine: { maxRuns: 'many' } }, { plugins: [{}] }, { secrets: ['a b'] }])(
    'refuses %j',
    (document) => {
      expect(validate(document)).toBe(false);
    },
  );
});
