import { createTransport } from 'nodemailer';
import { sha256 } from '../item.js';
import { type LinkOptions } from '../message/links.js';
import { mailHtml, mailText, plainOf } from '../message/plain.js';
import type { ChannelOptions } from '../options.js';
import type { Message } from '../plan.js';
import { type Channel, ChannelFailure, ContentRefused, TIMEOUT_MS } from './channel.js';

type EmailOptions = Extract<ChannelOptions, { type: 'email' }>;

export class Email implements Channel {
  readonly mergeFrom = 2;

  constructor(
    private readonly options: EmailOptions,
    private readonly password: () => string | undefined,
    private readonly links: LinkOptions,
  ) {}

  async send(message: Message, signal: AbortSignal): Promise<void> {
    const { host, port, secure, user } = this.options.smtp;
    const pass = this.password();
    const transport = createTransport({
      host,
      port,
      secure,
      ...(user !== undefined && { auth: { user, pass: pass ?? '' } }),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const { html, ...plain } = this.mail(message);
    try {
      await transport.sendMail({ ...plain, html, signal }).catch((thrown: unknown) => {
        if (!isContentRefused(thrown)) throw thrown;
        // The same as text alone, which filters mind less: one mail must not hold up all behind it.
        return transport.sendMail({ ...plain, signal });
      });
    } catch (thrown) {
      throw failureOf(thrown);
    } finally {
      transport.close();
    }
  }

  /** A mail that is sent again has the same Message-ID; those of one group are one thread. */
  mail({ entries, id }: Message) {
    const { from, to } = this.options;
    const plains = entries.map((entry) => plainOf(entry, this.links));
    const domain = /@([a-z0-9.-]+)>?\s*$/i.exec(from)?.[1] ?? 'localhost';
    const [first] = entries;
    const thread =
      entries.length === 1 && first?.kind === 'group' ? `<${sha256(first.group.groupKey)}@${domain}>` : undefined;
    return {
      from,
      to,
      subject: plains.length === 1 ? plains[0]!.title : `${plains.length} messages: ${plains[0]!.title}`,
      text: mailText(plains),
      html: mailHtml(plains),
      messageId: `<${id}@${domain}>`,
      ...(thread !== undefined && { references: thread, inReplyTo: thread }),
      headers: { 'Auto-Submitted': 'auto-generated' },
    };
  }
}

interface MailFailure {
  /** Of nodemailer. */
  readonly code?: string;
  /** Of SMTP (RFC 5321): 5xx = not by trying again. */
  readonly responseCode?: number;
}

/** The server took sender and recipients, and refused what the mail says. */
function isContentRefused(thrown: unknown): boolean {
  // Without an answer it is larger than the server said it takes.
  const { code, responseCode = 552 } = thrown as MailFailure;
  return code === 'EMESSAGE' && responseCode >= 500;
}

function failureOf(thrown: unknown): ChannelFailure {
  const { code = 'unknown', responseCode } = thrown as MailFailure;
  const said = `the mail server answered ${responseCode ?? code}`;
  if (isContentRefused(thrown)) return new ContentRefused(said, { cause: thrown, needsHelp: true });
  return new ChannelFailure(said, { cause: thrown, needsHelp: code === 'EAUTH' || (responseCode ?? 0) >= 500 });
}
