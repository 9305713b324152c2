import type { Command } from 'commander';
import { jsonArgument, someOf } from '../arguments.js';
import { jsonHelp, type Cli } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { ApprovalView } from '../hub/shapes.js';
import { oneLine } from '../print/printable.js';
import { statusText } from '../print/status.js';
import { table } from '../print/table.js';
import { when } from '../print/time.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

const statuses = ['pending', 'approved', 'rejected', 'expired', 'cancelled'];

interface ListOptions extends PagingOptions {
  readonly workflow?: string;
  readonly status?: string;
}

interface DecideOptions {
  readonly comment?: string;
  readonly data?: string;
}

export function addApprovals(program: Command, cli: Cli): void {
  const approvals = program
    .command('approvals')
    .description('what runs ask people for: list, approve, reject')
    .helpGroup('Runs:')
    .helpCommand(false);
  addList(approvals, cli);
  addDecision(approvals, cli, 'approve', 'let the run go on');
  addDecision(approvals, cli, 'reject', 'fail the step that asks');
}

function addList(approvals: Command, cli: Cli): void {
  const list = approvals
    .command('list')
    .description('approvals, newest first; those that are open unless --status says otherwise')
    .option('--workflow <id>', 'only of this workflow')
    .option('--status <status>', `${statuses.join(', ')}; several with commas`, someOf(statuses));
  addPaging(list).action(async (options: ListOptions) => {
    const { workflow, status: wanted = 'pending' } = options;
    const query = { workflow, status: wanted };
    const page = await collect<ApprovalView>(cli.hub, 'approvals', query, {
      all: false,
      limit: defaultLimit,
      ...options,
    });
    printPage(cli, page, () =>
      page.items.length === 0 ? 'Nothing waits for a decision.' : approvalsTable(page.items, cli),
    );
  });
}

function addDecision(approvals: Command, cli: Cli, decision: 'approve' | 'reject', description: string): void {
  approvals
    .command(`${decision} <id>`)
    .description(description)
    .option('--comment <text>', 'why; kept with the run')
    .option('--data <json>', 'JSON, @file, or - for stdin: the run reads it as steps.<id>.output.data')
    .option('--json', jsonHelp)
    .action(async (id: string, { comment, data }: DecideOptions) => {
      const given = data !== undefined && { data: await jsonArgument('--data', data, cli.outside) };
      const body = { decision, ...(comment !== undefined && { comment }), ...given };
      const answer = await cli.hub.post<ApprovalView>(`approvals/${encodeURIComponent(id)}/decision`, {
        body: JSON.stringify(body),
      });
      if (cli.json) cli.printJson(answer);
      else cli.print(`${answer.step} of run ${answer.run} is ${answer.status}.`);
    });
}

function approvalsTable(approvals: readonly ApprovalView[], cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['id', 'workflow', 'step', 'status', 'asked', 'approvers', 'message'],
    approvals.map((one) => [
      one.id,
      one.workflow,
      one.step,
      statusText(one.status, cli.colours),
      when(one.requestedAt, now),
      one.approvers.join(' '),
      oneLine(one.message, 60),
    ]),
    cli.colours,
  );
}
