import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.spec.ts', '**/*.int-spec.ts', 'test/**'];
const clock = 'the core has no clock: take the time from the event';
const chance = 'the core has no chance: take ids and random numbers from the event';
const outside = 'the core does no I/O: return a command';

/** Types are the compiler's work; here stand the mistakes it cannot see and the habits of the house. */
export default defineConfig(
  { ignores: ['**/dist/**', '**/node_modules/**', 'coverage/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { project: 'tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['src/**/*.ts', 'sdk/src/**/*.ts', 'plugins/*/src/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'only src/config reads the environment: inject CONFIG or SECRET_SOURCE',
        },
        {
          selector: "MemberExpression[object.name='process'][property.name='exit']",
          message: 'only src/main.ts ends the process: throw a CcError',
        },
        {
          selector: "ImportSpecifier[imported.name='forwardRef']",
          message: "two rooms that need each other are one room: own an abstract class on the caller's side",
        },
        {
          selector: "Decorator[expression.callee.name='Global']",
          message: 'say what you import: no global modules of ours',
        },
        {
          selector: "Property[key.name='scope'] > MemberExpression[object.name='Scope'][property.name='REQUEST']",
          message: 'no request scope: it makes everything above it request scoped',
        },
      ],
    },
  },
  { files: ['src/config/**/*.ts', 'src/main.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['src/workflow/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'performance', message: clock },
        { name: 'setTimeout', message: clock },
        { name: 'setInterval', message: clock },
        { name: 'setImmediate', message: clock },
        { name: 'queueMicrotask', message: clock },
        { name: 'crypto', message: chance },
        { name: 'process', message: outside },
        { name: 'fetch', message: outside },
        { name: 'console', message: outside },
        { name: 'require', message: outside },
        { name: 'globalThis', message: outside },
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: chance }],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', 'fs', 'path', 'os', 'crypto', 'worker_threads', 'child_process', 'net', 'http'],
              message: outside,
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: outside },
        // A Date made from a text or a number is a value; only these read the clock.
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
        { selector: "CallExpression[callee.name='Date']", message: clock },
        { selector: "MemberExpression[object.name='Date'][property.name='now']", message: clock },
        { selector: "VariableDeclarator[init.name='Date']", message: clock },
      ],
    },
  },
  {
    files: tests,
    rules: {
      'max-lines': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/only-throw-error': 'off',
    },
  },
);
