import type { IncomingHttpHeaders } from 'node:http';

/**
 * The headers a run may see and keep: what a delivery is about, never what proves who sent it. A list, because any header
 * that is not on it may be somebody's secret.
 */
const SAFE: ReadonlySet<string> = new Set([
  'content-type',
  'user-agent',
  // GitHub
  'x-github-event',
  'x-github-delivery',
  'x-github-hook-id',
  'x-github-hook-installation-target-id',
  'x-github-hook-installation-target-type',
  'x-github-enterprise-host',
  // Slack
  'x-slack-retry-num',
  'x-slack-retry-reason',
  // GitLab, Gitea and Forgejo, Bitbucket, Jira
  'x-gitlab-event',
  'x-gitlab-event-uuid',
  'x-gitlab-instance',
  'x-gitea-event',
  'x-gitea-event-type',
  'x-gitea-delivery',
  'x-forgejo-event',
  'x-forgejo-delivery',
  'x-event-key',
  'x-hook-uuid',
  'x-request-uuid',
  'x-atlassian-webhook-identifier',
  // Shopify, Sentry, Linear, PagerDuty
  'x-shopify-topic',
  'x-shopify-shop-domain',
  'x-shopify-webhook-id',
  'x-shopify-event-id',
  'sentry-hook-resource',
  'linear-event',
  'linear-delivery',
  'x-webhook-id',
  'x-webhook-subscription',
  // Standard Webhooks, and what home-made senders often use
  'webhook-id',
  'webhook-timestamp',
  'x-event-type',
  'x-event-id',
  'x-request-id',
  'x-correlation-id',
]);

/** `never`: the header that holds the proof, whatever it is called. `also`: the one that names the delivery. */
export function safeHeaders(
  headers: IncomingHttpHeaders,
  never: string | undefined,
  also: string | undefined,
): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).filter(
    ([name]) => name !== never?.toLowerCase() && (SAFE.has(name) || name === also?.toLowerCase()),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
