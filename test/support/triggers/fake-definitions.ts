import type { Triggers } from '@commandcenter/sdk/definition';
import { compile, versionOf, type Plan } from '../../../src/workflow/index.js';

/** The port `Definitions` with workflows given by the test. */
export class FakeDefinitions {
  #current: { plan: Plan; enabled: boolean }[] = [];
  readonly #listeners: (() => void)[] = [];

  constructor(workflows: Readonly<Record<string, Triggers>> = {}) {
    this.set(workflows);
  }

  set(workflows: Readonly<Record<string, Triggers>>, enabled = true): void {
    this.#current = Object.entries(workflows).map(([id, on]) => {
      const definition = { id, on, steps: { one: { uses: 'transform.value', with: { value: 1 } } } };
      return { plan: compile(definition, versionOf(definition)), enabled };
    });
    this.#listeners.forEach((listener) => listener());
  }

  current(): readonly { plan: Plan; enabled: boolean }[] {
    return this.#current;
  }

  /** What other replicas changed, for a test that says so. */
  catchUp: () => Promise<void> = () => Promise.resolve();

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
