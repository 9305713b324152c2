import { Action, type ActionContext, Agent, PluginOptions, PluginQueue, TerminalError } from '@commandcenter/sdk';
import { z } from 'zod';
import { sha256, type TextItem } from './item.js';
import type { NotifierOptions } from './options.js';
import { channelsFor } from './routing.js';
import { filled } from './template.js';

/** Of a text, also one made of a template, UTF-16 units. */
const LONGEST_TEXT = 10_000;

const SendInput = z
  .strictObject({
    text: z.string().min(1).max(LONGEST_TEXT).optional(),
    channel: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'A channel of the options; without it the routes decide by `severity`' }),
    title: z.string().min(1).max(500).optional(),
    severity: z.enum(['critical', 'warning', 'ticket', 'info']).default('info'),
    fields: z
      .record(z.string().min(1).max(100), z.union([z.string().max(2_000), z.number(), z.boolean()]))
      .refine((fields) => Object.keys(fields).length <= 10, 'has more than 10 entries')
      .optional(),
    template: z.string().optional().meta({ description: 'A template of the options, filled with `data`' }),
    data: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(({ text, template }) => (text === undefined) !== (template === undefined), 'needs either text or template');
const SendOutput = z.strictObject({ queued: z.literal(true), channels: z.array(z.string()) });
type SendInput = z.infer<typeof SendInput>;

@Agent({ id: 'notifier', title: 'Notifier', description: 'Sends messages to the channels of the options' })
export class NotifierAgent {
  constructor(
    private readonly options: PluginOptions<NotifierOptions>,
    private readonly queue: PluginQueue,
  ) {}

  /** Done when it is durably queued, not when it is delivered: an outage of Slack does not hold up a run. */
  @Action({ id: 'send', title: 'Send a message', input: SendInput, output: SendOutput })
  async send(input: SendInput, ctx: ActionContext): Promise<z.infer<typeof SendOutput>> {
    const channels = this.#channels(input, ctx.run.workflow);
    const data = this.#message(input);
    const items = channels.map((lane) => ({ lane, id: sha256(`${ctx.idempotencyKey} ${lane}`), data }));
    await this.queue.add(items);
    return { queued: true, channels };
  }

  #channels({ channel, severity }: SendInput, workflow: string): string[] {
    const { channels, routes } = this.options.value;
    const found = channel === undefined ? channelsFor({ severity, workflow_id: workflow }, routes) : [channel];
    if (found.length === 0)
      throw new TerminalError(
        'No route of the notifier takes this message: name a channel, or add a route without match',
      );
    const known = Object.keys(channels);
    for (const name of found) {
      if (!known.includes(name))
        throw new TerminalError(`The notifier has no channel ${name}; it has: ${known.join(', ') || 'none'}`);
    }
    return found;
  }

  #message({ text, title, severity, fields, template, data = {} }: SendInput): TextItem {
    const { templates } = this.options.value;
    if (template !== undefined && !Object.hasOwn(templates, template)) {
      throw new TerminalError(
        `The notifier has no template ${template}; it has: ${Object.keys(templates).join(', ') || 'none'}`,
      );
    }
    const chosen = template === undefined ? undefined : templates[template];
    const heading = title ?? (chosen?.title === undefined ? undefined : filled(chosen.title, data));
    return {
      kind: 'text',
      text: (text ?? filled(chosen!.text, data)).slice(0, LONGEST_TEXT),
      ...(heading !== undefined && { title: heading.slice(0, 500) }),
      severity,
      ...(fields !== undefined && {
        fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])),
      }),
    };
  }
}
