import { z } from 'zod';
import { network } from './network.js';
import { exporterNames, namesIn, otlpProtocols } from './otel-environment.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const port = z
  .string()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'must be a port, 0 to 65535 (0 picks a free one)')
  .transform(Number);

const databaseUrl = z
  .string()
  .refine(
    (text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text),
    'must look like postgres://user@host:5432/name',
  );

/** The SDK would leave a name out that it does not know, and nobody would notice. */
const exporters = (known: readonly string[]) =>
  z
    .string()
    .refine(
      (text) =>
        text.trim() === 'none' || (!/\bnone\b/.test(text) && namesIn(text).every((name) => known.includes(name))),
      `must be a list of ${known.join(', ')}, or none`,
    )
    .optional();

const otlpProtocol = z
  .string()
  .refine((text) => (otlpProtocols as readonly string[]).includes(text.trim()), `must be ${otlpProtocols.join(', ')}`)
  .optional();

/** Links to it stand on pages: no other scheme may get there. */
export const webAddress = z.url({
  protocol: /^https?$/,
  error: 'must be an address that starts with http:// or https://',
});

/** Several with commas between. */
const networks = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .pipe(z.array(network));

/** The variables the hub itself reads. Others (secrets, the rest of OTEL_*, which its SDK reads) pass by. */
export const environmentSchema = z.object({
  DATABASE_URL: databaseUrl.optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  COMMANDCENTER_CONFIG: z.string().optional(),
  COMMANDCENTER_ADMIN_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .regex(/^[\w.~+/-]+=*$/, 'must consist of letters, digits and . _ ~ + / - only: it travels in a header')
    .optional(),
  COMMANDCENTER_URL: z.url().optional(),
  COMMANDCENTER_TOKEN: z.string().optional(),
  COMMANDCENTER_GRAFANA_URL: webAddress.optional(),
  COMMANDCENTER_PROMETHEUS_URL: webAddress.optional(),
  COMMANDCENTER_PROMETHEUS_RULES_DIR: z.string().optional(),
  COMMANDCENTER_TRUSTED_PROXIES: networks.optional(),
  OTEL_SDK_DISABLED: z.stringbool({ truthy: ['true'], falsy: ['false'], case: 'insensitive' }).default(false),
  OTEL_EXPORTER_PROMETHEUS_HOST: z.string().optional(),
  OTEL_EXPORTER_PROMETHEUS_PORT: port.default(9464),
  OTEL_TRACES_EXPORTER: exporters(exporterNames.traces),
  OTEL_METRICS_EXPORTER: exporters(exporterNames.metrics),
  OTEL_LOGS_EXPORTER: exporters(exporterNames.logs),
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpProtocol,
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: otlpProtocol,
  OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: otlpProtocol,
});

/** An empty variable is an absent one: `PORT= npm start` and compose files mean exactly that. */
export function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}
