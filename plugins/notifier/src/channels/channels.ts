import { PluginOptions, PluginSecrets } from '@commandcenter/sdk';
import { Injectable } from '@nestjs/common';
import type { ChannelOptions, NotifierOptions } from '../options.js';
import { type Channel, ChannelFailure } from './channel.js';
import { Email } from './email.js';
import { SlackBot } from './slack-bot.js';
import { SlackWebhook } from './slack-webhook.js';
import { Webhook } from './webhook.js';

/** The channels of the options, by name. */
@Injectable()
export class Channels {
  readonly #channels: ReadonlyMap<string, Channel>;

  constructor(
    options: PluginOptions<NotifierOptions>,
    private readonly secrets: PluginSecrets,
  ) {
    const { channels, links } = options.value;
    this.#channels = new Map(
      Object.entries(channels).map(([name, channel]) => [name, this.#make(name, channel, links)]),
    );
  }

  get names(): string[] {
    return [...this.#channels.keys()];
  }

  get(name: string): Channel {
    const channel = this.#channels.get(name);
    if (channel) return channel;
    throw new ChannelFailure(`there is no channel ${name} in the options any more; put it back to deliver what waits`, {
      needsHelp: true,
    });
  }

  #make(name: string, channel: ChannelOptions, links: NotifierOptions['links']): Channel {
    switch (channel.type) {
      case 'slack-webhook':
        return new SlackWebhook(() => this.#secret(channel.url), links);
      case 'slack-bot':
        return new SlackBot(() => this.#secret(channel.token), { name, ...channel }, links);
      case 'email':
        return new Email(channel, () => this.#optional(channel.smtp.password), links);
      case 'webhook':
        return new Webhook(channel.url, () => this.#optional(channel.secret), links);
    }
  }

  #optional(name: string | undefined): string | undefined {
    return name === undefined ? undefined : this.#secret(name);
  }

  /** Asked at each use: values rotate, and a hub without them starts and keeps what waits. */
  #secret(name: string): string {
    try {
      return this.secrets.get(name).trim();
    } catch (cause) {
      throw new ChannelFailure(
        `secret ${name} has no value or is not granted; set ${name} and list it under "secrets:"`,
        { cause, needsHelp: true },
      );
    }
  }
}
