import type { PluginStore } from '@commandcenter/sdk';

/**
 * Deletes what is old among the records under `prefix` whose hash begins as this one does, a 256th of them. Called for
 * each new record: so those that nobody asks for any more do not pile up.
 */
export async function forgetOld(
  store: Pick<PluginStore, 'list' | 'delete'>,
  prefix: string,
  hash: string,
  isOld: (value: unknown) => boolean,
): Promise<void> {
  for (const { key, value } of await store.list(prefix + hash.slice(0, 2))) {
    if (isOld(value)) await store.delete(key);
  }
}
