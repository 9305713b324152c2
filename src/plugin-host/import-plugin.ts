import { isPlugin, type Plugin } from '@commandcenter/sdk';
import { CcError, messageOf } from '../errors/index.js';
import { inTime } from './life/in-time.js';

/** Importing runs the plugin's top-level code; one that waits for a server there would hold the hub back for ever. */
export const importLimitMs = 10_000;

export async function importPlugin(use: string, url: string, limitMs = importLimitMs): Promise<Plugin> {
  const module = await inTime(limitMs, importModule(use, url), () => hung(use, 'its top-level code', limitMs));
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

export function hung(use: string, what: string, limitMs: number): CcError {
  const message = `Plugin "${use}" did not finish ${what} within ${limitMs / 1_000} s; start long work in onModuleInit`;
  return new CcError('CC_PLUGIN_HUNG', message);
}
