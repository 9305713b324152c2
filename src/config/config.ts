/** Everything the hub was told, read once and frozen. Durations are milliseconds, sizes bytes, folders absolute. */
export interface Config {
  /** The folder of commandcenter.yaml; relative paths and plugins start here. */
  readonly root: string;
  /** What the hub keeps beside it: the admin token, and the embedded database unless we are root. */
  readonly stateDir: string;
  /** The file that was read; absent when there is none and the defaults hold. */
  readonly file?: string;
  readonly databaseUrl?: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly adminToken?: string;
  /** What stored secrets are sealed with, the newest first; none = see encryption-key-file.ts. As they were given. */
  readonly encryptionKeys: readonly string[];
  readonly plugins: readonly PluginConfig[];
  readonly workflows: readonly string[];
  /** Names workflows may use as `secrets.NAME`. The values are not here. */
  readonly secrets: readonly string[];
  readonly audit: AuditConfig;
  readonly prometheus: PrometheusConfig;
  readonly server: ServerConfig;
  readonly grafana: GrafanaConfig;
  readonly telemetry: TelemetryConfig;
  readonly engine: EngineConfig;
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface PluginConfig {
  readonly use: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Names this plugin may read. */
  readonly secrets: readonly string[];
  readonly onError: 'fail' | 'skip';
}

/** Whichever is reached first. */
export interface AuditConfig {
  readonly retentionMs: number;
  readonly maxEntries: number;
}

export interface PrometheusConfig {
  /** Where error budgets are asked for; without a slash at its end. COMMANDCENTER_PROMETHEUS_URL, else the file. */
  readonly url?: string;
  /** Where the rules of SLOs are written. COMMANDCENTER_PROMETHEUS_RULES_DIR, else the file. */
  readonly rulesDir?: string;
}

interface ServerConfig {
  /** Addresses and networks whose X-Forwarded-* is believed. COMMANDCENTER_TRUSTED_PROXIES, else the file. */
  readonly trustedProxies: readonly string[];
}

interface GrafanaConfig {
  /** As browsers reach it: run pages link to traces and logs there. COMMANDCENTER_GRAFANA_URL, else the file. */
  readonly url: string;
}

export interface TelemetryConfig {
  /** How many values `workflow_id` may take on metrics before the rest becomes `_other`. */
  readonly workflowLabelBudget: number;
  /** False by OTEL_SDK_DISABLED=true: no spans, no metrics, nothing exported. */
  readonly enabled: boolean;
  /** Where Prometheus finds the metrics; the port 0 picks a free one. */
  readonly metricsHost: string;
  readonly metricsPort: number;
}

export interface EngineConfig {
  /** Runs in memory per replica. */
  readonly maxRuns: number;
  /** Accepted starts that wait for their flush; more than this is refused with a Retry-After. */
  readonly maxPendingStarts: number;
  /** Jobs at once per replica. */
  readonly concurrency: number;
  readonly maxOutputBytes: number;
  /** Events per run. */
  readonly maxEvents: number;
  /** Of the log of a run. */
  readonly maxRunBytes: number;
  readonly maxForEachItems: number;
  /** Step logs per run. */
  readonly maxLogBytes: number;
  /** Consecutive crashes alone in flight that convict a step. */
  readonly convictAfter: number;
  /** How long steps may finish after SIGTERM. */
  readonly graceMs: number;
  /** How long aborted steps may take to settle after that. */
  readonly abortGraceMs: number;
  readonly sweepMs: number;
  /** How long runs are kept after their end, where their workflow does not say. */
  readonly retentionMs: number;
  readonly retentionSweepMs: number;
  readonly pollMs: number;
  readonly defaultStepTimeoutMs: number;
  /** A timer due sooner than this keeps its run in memory. */
  readonly holdTimersMs: number;
  /** Connections for the hot path. */
  readonly poolSize: number;
  /** Largest HTTP body. */
  readonly requestBytes: number;
  readonly rateLimitPerMinute: number;
  /** Open streams of runs per replica. */
  readonly maxStreams: number;
  readonly maxStreamsPerToken: number;
}
