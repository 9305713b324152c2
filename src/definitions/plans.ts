import { LRUCache } from 'lru-cache';
import type { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { compile, type Plan, type ValidateOptions } from '../workflow/index.js';
import { storedDefinition } from './stored-workflows.js';

/** Versions of workflows, compiled when somebody asks for them. */
export class Plans {
  readonly #cache: LRUCache<string, Plan>;

  constructor(database: Database, options: ValidateOptions) {
    this.#cache = new LRUCache({
      max: 1_000,
      fetchMethod: async (_key, _stale, { context }) => {
        const [id, version] = context as readonly [string, string];
        const definition = await storedDefinition(database, id, version);
        if (definition !== undefined) return compile(definition, version, options);
        throw new CcError(
          'CC_WORKFLOW_NOT_FOUND',
          `The workflow "${id.slice(0, 100)}" has no version "${version.slice(0, 100)}".`,
        );
      },
    });
  }

  /** What was compiled already, on the way in. */
  know(plan: Plan): void {
    this.#cache.set(keyOf(plan.id, plan.version), plan);
  }

  /** Throws CC_WORKFLOW_NOT_FOUND. */
  async get(id: string, version: string): Promise<Plan> {
    const key = keyOf(id, version);
    const plan = this.#cache.get(key) ?? (await this.#cache.fetch(key, { context: [id, version] }));
    return plan!;
  }
}

function keyOf(id: string, version: string): string {
  return `${id}@${version}`;
}
