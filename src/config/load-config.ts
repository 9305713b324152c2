import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { CcError, messageOf, type Problem } from '../errors/index.js';
import type { Config, EngineConfig, PrometheusConfig } from './config.js';
import { encryptionKeysOf } from './encryption-keys.js';
import { type Environment, environmentSchema, withoutEmpty } from './environment-schema.js';
import { type ConfigFile, fileSchema } from './file-schema.js';
import { deepFreeze } from './freeze.js';
import { locator, problemsOf } from './problems.js';

const defaultPlugins = ['http', 'transform'].map((use) => ({
  use,
  options: {},
  secrets: [],
  onError: 'fail' as const,
}));

/** Reads the environment and commandcenter.yaml. Throws CC_CONFIG_INVALID with every problem of both. */
export function loadConfig(env: Environment = process.env, cwd: string = process.cwd()): Config {
  const environment = environmentSchema.safeParse(withoutEmpty(env));
  const problems = environment.success ? [] : problemsOf(environment.error);
  const named = env['COMMANDCENTER_CONFIG'] || undefined;
  const path = resolve(cwd, named ?? 'commandcenter.yaml');
  const { present, file, problems: inFile } = readConfigFile(path, named !== undefined);
  const encryption = encryptionKeysOf(env);
  problems.push(...inFile, ...encryption.problems);
  if (!environment.success || !file || problems.length > 0) {
    throw new CcError('CC_CONFIG_INVALID', `The configuration has ${count(problems.length)} to correct.`, { problems });
  }
  const values = environment.data;
  const root = dirname(path);
  return deepFreeze<Config>({
    root,
    stateDir: resolve(root, '.commandcenter'),
    ...(present && { file: path }),
    ...(values.DATABASE_URL !== undefined && { databaseUrl: values.DATABASE_URL }),
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    ...(values.COMMANDCENTER_ADMIN_TOKEN !== undefined && { adminToken: values.COMMANDCENTER_ADMIN_TOKEN }),
    encryptionKeys: encryption.keys,
    plugins: file.plugins ?? defaultPlugins,
    workflows: workflowFolders(file, root),
    secrets: file.secrets,
    audit: { retentionMs: file.audit.retention, maxEntries: file.audit.maxEntries },
    prometheus: prometheusOf(
      {
        url: values.COMMANDCENTER_PROMETHEUS_URL ?? file.prometheus.url,
        rulesDir: values.COMMANDCENTER_PROMETHEUS_RULES_DIR ?? file.prometheus.rulesDir,
      },
      root,
    ),
    server: { trustedProxies: values.COMMANDCENTER_TRUSTED_PROXIES ?? file.server.trustedProxies },
    grafana: { url: values.COMMANDCENTER_GRAFANA_URL ?? file.grafana.url },
    telemetry: {
      ...file.telemetry,
      enabled: !values.OTEL_SDK_DISABLED,
      metricsHost: values.OTEL_EXPORTER_PROMETHEUS_HOST ?? values.HOST,
      metricsPort: values.OTEL_EXPORTER_PROMETHEUS_PORT,
    },
    engine: engineOf(file.engine),
  });
}

function readConfigFile(path: string, required: boolean): { present: boolean; file?: ConfigFile; problems: Problem[] } {
  if (!existsSync(path)) {
    if (!required) return { present: false, file: fileSchema.parse({}), problems: [] };
    const message = `names ${path}, which does not exist`;
    return { present: false, problems: [{ path: 'COMMANDCENTER_CONFIG', message }] };
  }
  const lines = new LineCounter();
  let document;
  try {
    document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines, prettyErrors: false });
  } catch (error) {
    return { present: true, problems: [{ path: '', message: `${path} cannot be read: ${messageOf(error)}` }] };
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { path: '', message: error.message, line, column: col };
    });
    return { present: true, problems };
  }
  const parsed = fileSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) return { present: true, problems: problemsOf(parsed.error, locator(document, lines)) };
  return { present: true, file: parsed.data, problems: missingFolders(parsed.data, dirname(path)) };
}

/** A listed folder must exist: a hub that silently runs no workflow is worse than one that does not start. */
function missingFolders(file: ConfigFile, root: string): Problem[] {
  return (file.workflows ?? []).flatMap((folder, index) =>
    existsSync(resolve(root, folder))
      ? []
      : [{ path: `workflows.${index}`, message: `names the folder ${resolve(root, folder)}, which does not exist` }],
  );
}

function workflowFolders(file: ConfigFile, root: string): string[] {
  if (file.workflows) return file.workflows.map((folder) => resolve(root, folder));
  const usual = resolve(root, 'workflows');
  return existsSync(usual) ? [usual] : [];
}

function prometheusOf({ url, rulesDir }: ConfigFile['prometheus'], root: string): PrometheusConfig {
  return {
    ...(url !== undefined && { url: url.replace(/\/+$/, '') }),
    ...(rulesDir !== undefined && { rulesDir: resolve(root, rulesDir) }),
  };
}

function engineOf(file: ConfigFile['engine']): EngineConfig {
  const { grace, abortGrace, sweep, retention, retentionSweep, poll, defaultStepTimeout, holdTimers, ...rest } = file;
  return {
    ...rest,
    graceMs: grace,
    abortGraceMs: abortGrace,
    sweepMs: sweep,
    retentionMs: retention,
    retentionSweepMs: retentionSweep,
    pollMs: poll,
    defaultStepTimeoutMs: defaultStepTimeout,
    holdTimersMs: holdTimers,
  };
}

const count = (problems: number) => (problems === 1 ? 'a problem' : `${problems} problems`);
