import type { Command } from 'commander';
import { type Cli, jsonHelp } from '../cli.js';
import type { WorkflowSummary } from '../hub/shapes.js';

const switches = [
  ['enable', 'let a workflow start runs again (admin)'],
  ['disable', 'keep a workflow from starting runs, by triggers and by hand (admin)'],
] as const;

export function addSwitches(workflows: Command, cli: Cli): void {
  for (const [name, description] of switches) {
    workflows
      .command(`${name} <id>`)
      .description(description)
      .option('--json', jsonHelp)
      .action(async (id: string) => {
        const path = `workflows/${encodeURIComponent(id)}/${name}`;
        // Sent twice it does the same.
        const workflow = await cli.hub.post<WorkflowSummary>(path, { repeatable: true });
        if (cli.json) cli.printJson(workflow);
        else cli.print(`${workflow.id} is ${name}d.`);
      });
  }
}
