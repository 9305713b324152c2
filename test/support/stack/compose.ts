import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

export const root = resolve(import.meta.dirname, '../../..');

/** What these tests look at; the rest of a service is `docker compose config`'s business. */
export interface Service {
  readonly image: string;
  readonly build?: string;
  readonly init?: boolean;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly extra_hosts?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly network_mode?: string;
  readonly mem_limit?: string;
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

interface Written extends Service {
  readonly extends?: { readonly file: string; readonly service: string };
}

export const yamlOf = <T>(file: string): T =>
  parse(readFileSync(resolve(root, file), 'utf8'), { merge: true, logLevel: 'error' }) as T;

/** A compose file with its `extends` carried out: maps are merged, mounts added, all else is replaced; paths are absolute. */
export function composeOf(file: string): Compose {
  const { services, volumes } = yamlOf<{ services: Record<string, Written>; volumes?: Record<string, unknown> }>(file);
  const folder = dirname(resolve(root, file));
  const resolved = Object.entries(services).map(([name, { extends: from, ...own }]) => {
    const service = { ...own, ...(own.volumes && { volumes: own.volumes.map((volume) => located(volume, folder)) }) };
    if (from === undefined) return [name, service];
    const base = composeOf(resolve(folder, from.file)).services[from.service];
    if (base === undefined) throw new Error(`${file}: ${name} extends ${from.service}, which is not in ${from.file}`);
    return [
      name,
      {
        ...base,
        ...service,
        environment: { ...base.environment, ...service.environment },
        volumes: [...(base.volumes ?? []), ...(service.volumes ?? [])],
      },
    ];
  });
  return { services: Object.fromEntries(resolved) as Record<string, Service>, ...(volumes && { volumes }) };
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  /** A file or folder of the repository, not a named volume. */
  readonly bind: boolean;
  readonly readOnly: boolean;
  /** For containers to read, under SELinux too. */
  readonly shared: boolean;
}

export function mountsOf(service: Service): Mount[] {
  return (service.volumes ?? []).map((volume) => {
    const [source = '', target = '', options = ''] = volume.split(':');
    const given = options.split(',');
    return {
      source,
      target,
      bind: source.startsWith('/'),
      readOnly: given.includes('ro'),
      shared: given.includes('z'),
    };
  });
}

function located(volume: string, folder: string): string {
  return volume.startsWith('.')
    ? `${resolve(folder, volume.slice(0, volume.indexOf(':')))}${volume.slice(volume.indexOf(':'))}`
    : volume;
}
