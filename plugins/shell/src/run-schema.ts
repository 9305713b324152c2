import { z } from 'zod';
import { EnvironmentName, EnvironmentValue, ProgramName } from './options.js';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const maxTimeoutMs = 7 * unitMs.d;

const argument = z
  .string()
  .max(100_000)
  .regex(/^[^\0]*$/, 'must not hold a NUL');

export const RunInput = z.strictObject({
  command: z
    .tuple([ProgramName], argument)
    .refine((words) => words.length <= 1_000, 'at most 1,000 words')
    .meta({ description: 'The program, by the name commandcenter.yaml allows, and its arguments. No shell reads it.' }),
  env: z
    .record(EnvironmentName, EnvironmentValue)
    .default({})
    .meta({ description: 'Variables; only those that the stepEnv of the program lists.' }),
  cwd: z
    .string()
    .min(1)
    .max(4_096)
    .regex(/^[^\0]*$/, 'must not hold a NUL')
    .optional()
    .meta({ description: 'Where it runs: in one of `folders` or below. Default: the first of them.' }),
  stdin: z.string().default('').meta({ description: 'What it reads.' }),
  expectExit: z
    .array(z.int().min(0).max(255))
    .min(1)
    .default([0])
    .meta({ description: 'Exit codes that are success. Others fail the step.' }),
  parse: z.literal('json').optional().meta({ description: 'json: stdout is JSON; the output has it as `json`.' }),
  timeout: z
    .string()
    .refine((text) => (timeoutMs(text) ?? 0) > 0, 'must be a length of time up to 7d, like 30s')
    .optional()
    .meta({ description: 'When shorter than the timeout of the step.' }),
});

export const RunOutput = z.strictObject({
  exitCode: z.int(),
  stdout: z.string().meta({ description: 'Without line ends at its end.' }),
  stderr: z.string(),
  stdoutTruncated: z.boolean().meta({ description: 'stdout was longer than maxOutputBytes: this is its end.' }),
  stderrTruncated: z.boolean(),
  json: z.unknown().optional().meta({ description: 'With `parse: json`.' }),
  durationMs: z.int(),
});

export type RunInput = z.infer<typeof RunInput>;
export type RunOutput = z.infer<typeof RunOutput>;

/** Milliseconds of `30s`; undefined when it is no length of time, or too long a one. */
export function timeoutMs(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(digits) * unitMs[unit as keyof typeof unitMs];
  return ms <= maxTimeoutMs ? ms : undefined;
}
