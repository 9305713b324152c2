import { z } from 'zod';
import { RepositoryName } from './options.js';

export const repository = RepositoryName.meta({ description: 'owner/name' });
const issue = z.int().min(1).meta({ description: 'The number of the issue, or of a pull request.' });
const title = z.string().trim().min(1).max(256);
/** GitHub takes 65,536; the mark goes with it. */
const body = z.string().max(65_000).meta({ description: 'Markdown.' });
const labels = z.array(z.string().min(1).max(100)).max(100);
const assignees = z.array(z.string().min(1).max(100)).max(10);
const milestone = z.int().min(1);
const url = z.string().meta({ description: 'For people.' });
const created = z.boolean().meta({ description: 'false: an earlier attempt of this step had made it.' });
const reason = z.enum(['completed', 'not_planned', 'duplicate']);

export const CreateIssueInput = z.strictObject({
  repository,
  title,
  body: body.default(''),
  labels: labels.default([]),
  assignees: assignees.default([]),
  milestone: milestone.optional().meta({ description: 'Its number.' }),
});
export const CreateIssueOutput = z.strictObject({ number: z.int(), url, created });

export const CommentInput = z.strictObject({ repository, issue, body: body.min(1) });
export const CommentOutput = z.strictObject({ id: z.number(), url, created });

export const CloseIssueInput = z.strictObject({ repository, issue, reason: reason.default('completed') });

const changes = {
  title: title.optional(),
  body: body.optional(),
  state: z.enum(['open', 'closed']).optional(),
  stateReason: z.enum([...reason.options, 'reopened']).optional(),
  labels: labels.optional().meta({ description: 'All it shall have.' }),
  assignees: assignees.optional().meta({ description: 'All it shall have.' }),
  milestone: milestone.nullable().optional().meta({ description: 'Its number; null: none.' }),
};
export const UpdateIssueInput = z
  .strictObject({ repository, issue, ...changes })
  .refine((input) => Object.keys(changes).some((name) => input[name as keyof typeof input] !== undefined), {
    message: `give at least one of ${Object.keys(changes).join(', ')}`,
  });
export const IssueOutput = z.strictObject({ number: z.int(), url, state: z.string() });

export type CreateIssueInput = z.infer<typeof CreateIssueInput>;
export type CreateIssueOutput = z.infer<typeof CreateIssueOutput>;
export type CommentInput = z.infer<typeof CommentInput>;
export type CommentOutput = z.infer<typeof CommentOutput>;
export type CloseIssueInput = z.infer<typeof CloseIssueInput>;
export type UpdateIssueInput = z.infer<typeof UpdateIssueInput>;
export type IssueOutput = z.infer<typeof IssueOutput>;
