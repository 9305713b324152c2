import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { jsonArgument } from '../arguments.js';
import { jsonHelp, type Cli } from '../cli.js';

interface SendOptions {
  readonly type: string;
  readonly source: string;
  readonly id?: string;
  readonly subject?: string;
  readonly data?: string;
}

export function addEvents(program: Command, cli: Cli): void {
  const events = program
    .command('events')
    .description('send events that start workflows')
    .helpGroup('Triggers:')
    .helpCommand(false);
  events
    .command('send')
    .description('send one CloudEvent; done when the hub has it in its database')
    .requiredOption('--type <type>', 'what happened, such as order.paid')
    .option('--source <uri>', 'who says so', '/cli')
    .option('--id <id>', 'the same source and id is the same event, however often it is sent (default: a new one)')
    .option('--subject <subject>', 'what it is about')
    .option('--data <json>', 'the payload: JSON, @file, or - for stdin')
    .option('--json', jsonHelp)
    .action(async (options: SendOptions) => {
      const event = await cloudEvent(options, cli);
      const answer = await cli.hub.post<{ accepted: number; duplicate: number }>('events', {
        body: JSON.stringify(event),
        contentType: 'application/cloudevents+json',
        // source and id make it the same event
        repeatable: true,
      });
      if (cli.json) cli.printJson(answer);
      else if (answer.duplicate > 0) cli.print(`Event ${event.id} was sent before: it starts nothing again.`);
      else cli.print(`Event ${event.id} (${event.type}) is accepted.`);
    });
}

async function cloudEvent(options: SendOptions, cli: Cli) {
  return {
    specversion: '1.0',
    id: options.id ?? randomUUID(),
    source: options.source,
    type: options.type,
    time: new Date(cli.outside.now()).toISOString(),
    ...(options.subject !== undefined && { subject: options.subject }),
    ...(options.data !== undefined && {
      datacontenttype: 'application/json',
      data: await jsonArgument('--data', options.data, cli.outside),
    }),
  };
}
