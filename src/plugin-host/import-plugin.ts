import { isPlugin, type Plugin } from '@commandcenter/sdk';
import { CcError, messageOf } from '../errors/index.js';

/** Importing runs the plugin's top-level code; one that waits for a server there would hold the hub back for ever. */
const importLimitMs = 10_000;

export async function importPlugin(use: string, url: string, limitMs = importLimitMs): Promise<Plugin> {
  const module = await within(limitMs, use, importModule(use, url));
  if (isPlugin(module.default)) return module.default;
  throw new CcError(
    'CC_PLUGIN_EXPORT_MISSING',
    `Plugin "${use}" (${url}) does not default-export definePlugin(...); add \`export default definePlugin({...})\` to its entry`,
  );
}

async function importModule(use: string, url: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(url)) as { readonly default?: unknown };
  } catch (cause) {
    throw new CcError('CC_PLUGIN_FAILED', `Plugin "${use}" threw while it was imported: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function within<T>(ms: number, use: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `Plugin "${use}" did not finish its top-level code within ${ms / 1_000} s; start long work in onModuleInit`;
      reject(new CcError('CC_PLUGIN_FAILED', message));
    }, ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
