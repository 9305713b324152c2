import { Action, type ActionContext, Agent } from '@commandcenter/sdk';
import { DispatchInput, DispatchOutput } from './dispatch-schema.js';
import { GithubClient } from './github-client.js';
import {
  CloseIssueInput,
  CommentInput,
  CommentOutput,
  CreateIssueInput,
  CreateIssueOutput,
  IssueOutput,
  UpdateIssueInput,
} from './issue-schema.js';
import { earliest, marked, markOf } from './mark.js';

const perPage = 100;
/** More than this many issues or comments since the run began are not looked through. */
const maxPages = 10;

@Agent({ id: 'github', title: 'GitHub', description: 'Issues, comments and dispatches.' })
export class GithubAgent {
  constructor(private readonly client: GithubClient) {}

  @Action({ id: 'createIssue', title: 'Create an issue', input: CreateIssueInput, output: CreateIssueOutput })
  async createIssue(input: CreateIssueInput, ctx: ActionContext): Promise<CreateIssueOutput> {
    const { title, labels, assignees, milestone } = input;
    const where = this.client.repository(input.repository);
    const what = `Creating an issue in ${input.repository}`;
    const mark = markOf(ctx);
    const since = earliest(ctx);
    const before = await this.#find(what, ctx, (octokit, page) =>
      octokit.request('GET /repos/{owner}/{repo}/issues', {
        ...where,
        state: 'all',
        sort: 'created',
        direction: 'desc',
        since,
        per_page: perPage,
        page,
      }),
    );
    if (before !== undefined) return { number: before.number, url: before.html_url, created: false };
    const { data } = await this.client.attempt(what, ctx.signal, (octokit) =>
      octokit.request('POST /repos/{owner}/{repo}/issues', {
        ...where,
        title,
        body: marked(input.body, mark),
        labels,
        assignees,
        ...(milestone !== undefined && { milestone }),
      }),
    );
    return { number: data.number, url: data.html_url, created: true };
  }

  @Action({ id: 'comment', title: 'Comment on an issue', input: CommentInput, output: CommentOutput })
  async comment({ repository, issue, body }: CommentInput, ctx: ActionContext): Promise<CommentOutput> {
    const where = { ...this.client.repository(repository), issue_number: issue };
    const what = `Commenting on ${repository}#${issue}`;
    const since = earliest(ctx);
    const before = await this.#find(what, ctx, (octokit, page) =>
      octokit.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        ...where,
        since,
        per_page: perPage,
        page,
      }),
    );
    if (before !== undefined) return { id: Number(before.id), url: before.html_url, created: false };
    const { data } = await this.client.attempt(what, ctx.signal, (octokit) =>
      octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        ...where,
        body: marked(body, markOf(ctx)),
      }),
    );
    return { id: Number(data.id), url: data.html_url, created: true };
  }

  @Action({ id: 'closeIssue', title: 'Close an issue', input: CloseIssueInput, output: IssueOutput })
  async closeIssue({ repository, issue, reason }: CloseIssueInput, ctx: ActionContext): Promise<IssueOutput> {
    return this.updateIssue({ repository, issue, state: 'closed', stateReason: reason }, ctx);
  }

  @Action({ id: 'updateIssue', title: 'Change an issue', input: UpdateIssueInput, output: IssueOutput })
  async updateIssue(input: UpdateIssueInput, ctx: ActionContext): Promise<IssueOutput> {
    const { repository, issue, stateReason, title, body, state, labels, assignees, milestone } = input;
    const given = { title, body, state, state_reason: stateReason, labels, assignees, milestone };
    // What is not given is not sent: GitHub would clear it.
    const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const { data } = await this.client.attempt(`Changing ${repository}#${issue}`, ctx.signal, (octokit) =>
      octokit.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
        ...this.client.repository(repository),
        issue_number: issue,
        ...changes,
      }),
    );
    return { number: data.number, url: data.html_url, state: data.state };
  }

  @Action({ id: 'dispatch', title: 'Start a workflow, or send an event', input: DispatchInput, output: DispatchOutput })
  async dispatch(input: DispatchInput, ctx: ActionContext): Promise<DispatchOutput> {
    const { repository, workflow, ref = '', inputs = {}, event = '', payload = {} } = input;
    const where = this.client.repository(repository);
    if (workflow === undefined) {
      await this.client.attempt(`Sending ${event} to ${repository}`, ctx.signal, (octokit) =>
        octokit.request('POST /repos/{owner}/{repo}/dispatches', {
          ...where,
          event_type: event,
          client_payload: { ...payload, commandcenter: { idempotencyKey: ctx.idempotencyKey } },
        }),
      );
      return { run: null };
    }
    const answer = await this.client.attempt(`Starting ${workflow} in ${repository}`, ctx.signal, (octokit) =>
      octokit.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
        ...where,
        workflow_id: workflow,
        ref,
        // Texts, as the form on the page sends them; GitHub reads them as the workflow declares them.
        inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)])),
        return_run_details: true,
      }),
    );
    // GitHub Enterprise Server may not know return_run_details, and answers 204.
    const started = answer.status === 200 ? answer.data : undefined;
    return { run: started === undefined ? null : { id: Number(started.workflow_run_id), url: started.html_url } };
  }

  /** What an earlier attempt of this step has made. Lists, unlike GitHub's search, know at once what was just made. */
  async #find<T extends { readonly body?: string | null | undefined }>(
    what: string,
    ctx: ActionContext,
    list: (
      octokit: Parameters<Parameters<GithubClient['attempt']>[2]>[0],
      page: number,
    ) => Promise<{ readonly status: number; readonly data: readonly T[] }>,
  ): Promise<T | undefined> {
    const mark = markOf(ctx);
    for (let page = 1; page <= maxPages; page += 1) {
      const { data } = await this.client.attempt(what, ctx.signal, (octokit) => list(octokit, page));
      const found = data.find(({ body }) => body?.includes(mark));
      if (found !== undefined || data.length < perPage) return found;
    }
    ctx.logger.warn(`${what}: only the last ${maxPages * perPage} were looked through for one of an earlier attempt`);
    return undefined;
  }
}
