import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** The name of a program, never a path: what a step writes is looked up, not opened. */
export const ProgramName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/, 'must be the name of a program, without a path');
const AbsolutePath = z.string().refine((path) => isAbsolute(path) && !path.includes('\0'), 'must be an absolute path');
export const EnvironmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a variable');
export const EnvironmentValue = z.string().regex(/^[^\0]*$/, 'must not hold a NUL');
const SecretName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a secret: values do not belong here');

/** With these, whoever sets them runs code of their own in any program, or another program under its name. */
const steering =
  /^(LD_.*|DYLD_.*|PATH|IFS|ENV|BASH_ENV|BASH_FUNC.*|SHELLOPTS|PS4|NODE_OPTIONS|PYTHON.*|PERL5.*|RUBY.*|GIT_.*)$/;

const Program = z.strictObject({
  name: ProgramName.meta({ description: 'What steps write as the first word of `command`.' }),
  path: AbsolutePath.optional().meta({ description: 'Where it is. Default: the first of that name in `path`.' }),
  arguments: z.array(z.array(z.string()).max(100)).min(1).max(100).optional().meta({
    description:
      'The only argument lists it may get. `*` is any one argument, `**` at the end any number of them; neither begins with a dash.',
  }),
  env: z.record(EnvironmentName, EnvironmentValue).default({}).meta({ description: 'Variables it always gets.' }),
  secretEnv: z
    .record(EnvironmentName, SecretName)
    .default({})
    .meta({ description: 'Variables whose values are secrets, by name.' }),
  stepEnv: z
    .array(EnvironmentName.refine((name) => !steering.test(name), 'decides which code runs: a step must not set it'))
    .default([])
    .meta({ description: 'Variables a step may set.' }),
});
export type Program = z.infer<typeof Program>;

const standardPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export const ShellOptions = z.strictObject({
  allow: z
    .array(z.union([ProgramName, Program]))
    .max(500)
    .default([])
    .superRefine((entries, ctx) => {
      const names = entries.map((entry) => (typeof entry === 'string' ? entry : entry.name));
      for (const [n, name] of names.entries()) {
        if (names.indexOf(name) !== n) ctx.addIssue({ code: 'custom', path: [n], message: `${name} is listed twice` });
      }
    })
    .meta({ description: 'The programs steps may run: a name, or a name with what it may be given. Default: none.' }),
  path: z
    .array(AbsolutePath)
    .min(1)
    .default(standardPath)
    .meta({ description: 'Folders in which programs are looked for at the start, and the PATH they get.' }),
  folders: z
    .array(AbsolutePath)
    .default([])
    .meta({ description: 'Programs run in these folders and below. Default: in / only.' }),
  maxOutputBytes: z
    .int()
    .min(1)
    .max(8 * 1024 * 1024)
    .default(64 * 1024)
    .meta({ description: 'Of stdout and of stderr each; of more the last so many bytes are kept.' }),
  killAfterMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(3_000)
    .meta({ description: 'What goes on this long after SIGTERM gets SIGKILL.' }),
});

export type ShellOptions = z.infer<typeof ShellOptions>;
