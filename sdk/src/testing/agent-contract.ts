import assert from 'node:assert/strict';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type ActionMetadata, actionsOf, type AgentClass, agentInfo } from '../agent.js';
import { type FailureKind, failureKind } from '../failures.js';
import { isPlugin, type Plugin } from '../plugin.js';
import type { Schema } from '../schema.js';
import { fakeContext, type FakeContextOverrides } from './fake-context.js';
import { startPlugin } from './start-plugin.js';

export interface Example {
  readonly name?: string;
  readonly input: unknown;
  /** When given, the action must answer exactly this. */
  readonly output?: unknown;
  /** When given, the action must fail, with an error of this kind. */
  readonly fails?: FailureKind;
}

export interface ActionExamples {
  /** At least one per action. Each is run more than once: give inputs that bear it. */
  readonly right: readonly Example[];
  /** Inputs the schema must refuse. */
  readonly wrong?: readonly unknown[];
}

type Describe = (name: string, body: () => void) => unknown;
type It = (name: string, body: () => Promise<void>) => unknown;

export interface ContractOptions {
  /** By `agent.action`. Give a function when the inputs are known only when the tests run, like the port of a server. */
  readonly examples: Readonly<Record<string, ActionExamples | (() => ActionExamples)>>;
  /** Validated by the plugin's schema, as the hub does. */
  readonly options?: unknown;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly context?: FakeContextOverrides;
  /** How long an action may take to stop after an abort, in ms. */
  readonly abortWithin?: number;
  /** Of node:test, for example; jest's and vitest's globals need not be given. */
  readonly describe?: Describe;
  readonly it?: It;
}

/** The suite every plugin runs: that it keeps the promises the hub builds on. */
export function agentContract(plugin: Plugin, options: ContractOptions): void {
  const globals = globalThis as { describe?: Describe; it?: It };
  const describe = options.describe ?? globals.describe;
  const it = options.it ?? globals.it;
  assert(describe && it, 'agentContract finds no describe and it; pass those of your test runner');

  describe(`plugin ${plugin?.name} keeps the agent contract`, () => {
    it('is made by definePlugin', async () => assert(isPlugin(plugin), 'default-export definePlugin({...})'));
    it('says its name, version and hub range', async () => {
      for (const field of ['name', 'version', 'hub'] as const) assert(isText(plugin[field]), `${field} is missing`);
    });
    it('can be made twice in one process', () => makesTwice(plugin, options));

    for (const agent of plugin.agents) {
      const info = agentInfo(agent);
      it(`${agent.name} has @Agent with id and title`, async () =>
        assert(isText(info?.id) && isText(info?.title), `mark ${agent.name} itself with @Agent({ id, title })`));
      it(`${agent.name} has actions`, async () =>
        assert(
          actionsOf(agent).length > 0,
          `mark a method of ${agent.name} with @Action({ id, title, input, output })`,
        ));
      for (const action of actionsOf(agent)) {
        const uses = `${info?.id}.${action.id}`;
        describe(uses, () => actionContract({ plugin, agent, action, uses, options, it }));
      }
    }
  });
}

interface Subject {
  readonly plugin: Plugin;
  readonly agent: AgentClass;
  readonly action: ActionMetadata;
  readonly uses: string;
  readonly options: ContractOptions;
  readonly it: It;
}

function actionContract(subject: Subject): void {
  const { action, uses, it } = subject;
  it('has a title', async () => assert(isText(action.title), `${uses}: give @Action a title`));
  it('describes input and output as JSON Schema', async () => {
    for (const [schema, side] of [
      [action.input, 'input'],
      [action.output, 'output'],
    ] as const) {
      const json = jsonSchemaOf(schema, side, uses);
      assert.deepEqual(JSON.parse(JSON.stringify(json)), json, `${uses}: the ${side} schema is not JSON`);
    }
  });
  it('has an example', async () =>
    assert(examplesOf(subject).right.length > 0, `${uses}: give examples: { '${uses}': { right: [{ input }] } }`));
  it('refuses wrong input', async () => {
    const json = jsonSchemaOf(action.input, 'input', uses);
    const implied = json['type'] === 'object' ? ['not an object', null, 7] : [];
    for (const wrong of [...implied, ...(examplesOf(subject).wrong ?? [])]) {
      assert(
        await isRefused(action.input, wrong),
        `${uses}: the input schema accepts ${JSON.stringify(wrong)}; is it strict enough?`,
      );
    }
  });
  it('answers its examples with JSON that matches its schema', async () => {
    for (const example of examplesOf(subject).right) await runsExample(subject, example);
  });
  it('stops when its signal is aborted', async () => {
    for (const { input } of examplesOf(subject).right) {
      await stopsInTime(subject, input, (controller) => controller.abort());
      await stopsInTime(subject, input, (controller) => setImmediate(() => controller.abort()));
    }
  });
}

async function runsExample(subject: Subject, { name, input, fails, ...expected }: Example): Promise<void> {
  const label = `${subject.uses}, example ${name ?? JSON.stringify(input)}`;
  const outcome = await call(subject, input, new AbortController().signal);
  if (fails !== undefined) {
    assert('thrown' in outcome, `${label} must fail, and answered`);
    const kind = failureKind(outcome.thrown) ?? 'an error of no kind: throw one of the SDK';
    assert(kind === fails, `${label} must fail as ${fails}, and threw ${String(outcome.thrown)} (${kind})`);
    return;
  }
  if ('thrown' in outcome) throw new Error(`${label} threw ${String(outcome.thrown)}`, { cause: outcome.thrown });
  const checked = await subject.action.output['~standard'].validate(outcome.output);
  assert(!checked.issues, `${label}: the output does not match its schema: ${told(checked.issues)}`);
  const value = checked.value ?? null;
  assert.deepEqual(JSON.parse(JSON.stringify(value)), value, `${label}: the output is not JSON`);
  if ('output' in expected) assert.deepEqual(value, expected.output, label);
}

async function stopsInTime(subject: Subject, input: unknown, abort: (c: AbortController) => void): Promise<void> {
  const { abortWithin = 1_000 } = subject.options;
  const controller = new AbortController();
  abort(controller);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, abortWithin, 'late')));
  const first = await Promise.race([call(subject, input, controller.signal), late]);
  clearTimeout(timer);
  assert.notEqual(first, 'late', `${subject.uses} works on ${abortWithin} ms after ctx.signal was aborted`);
}

type Outcome = { readonly output: unknown } | { readonly thrown: unknown };

async function call({ plugin, agent, action, options }: Subject, raw: unknown, signal: AbortSignal): Promise<Outcome> {
  const input = await action.input['~standard'].validate(raw);
  assert(!input.issues, `the input of an example is refused: ${told(input.issues)}`);
  const given = await optionsOf(plugin, options);
  const started = await startPlugin(plugin, given, options.secrets);
  const instance = started.get(agent) as Record<PropertyKey, (input: unknown, context: unknown) => unknown>;
  const secrets = options.secrets ?? {};
  const context = fakeContext({ ...options.context, options: given, secrets, signal });
  try {
    return { output: await instance[action.method]?.(input.value, context) };
  } catch (thrown) {
    return { thrown };
  } finally {
    await started.stop();
  }
}

async function makesTwice(plugin: Plugin, options: ContractOptions): Promise<void> {
  const given = await optionsOf(plugin, options);
  const first = await startPlugin(plugin, given, options.secrets);
  const second = await startPlugin(plugin, given, options.secrets);
  for (const agent of plugin.agents) assert.notEqual(first.get(agent), second.get(agent), `${agent.name} is shared`);
  await first.stop();
  await second.stop();
}

async function optionsOf({ options: schema }: Plugin, { options = {} }: ContractOptions): Promise<unknown> {
  if (schema === undefined) return {};
  const checked = await schema['~standard'].validate(options);
  assert(!checked.issues, `the plugin's schema refuses the options given to agentContract: ${told(checked.issues)}`);
  return checked.value;
}

/** `items.0.price: expected number; ...` */
function told(issues: readonly StandardSchemaV1.Issue[] = []): string {
  return issues
    .map(({ path = [], message }) => {
      const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
      return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
    })
    .join('; ');
}

function jsonSchemaOf(schema: Schema, side: 'input' | 'output', uses: string): Record<string, unknown> {
  try {
    return schema['~standard'].jsonSchema[side]({ target: 'draft-2020-12' });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${uses}: the ${side} schema cannot be written as JSON Schema (${why})`, { cause });
  }
}

async function isRefused(schema: Schema, value: unknown): Promise<boolean> {
  return (await schema['~standard'].validate(value)).issues !== undefined;
}

function examplesOf({ uses, options }: Subject): ActionExamples {
  const examples = options.examples[uses] ?? { right: [] };
  return typeof examples === 'function' ? examples() : examples;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
