import { z } from 'zod';

/** A queue's lane, a metric's label and part of an item's id. */
const Name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, _ and -');
const SecretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a secret, like SLACK_WEBHOOK_URL: values do not belong here');
const HttpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });
const Host = z.string().min(1);

const Smtp = z.strictObject({
  host: Host,
  port: z.int().min(1).max(65_535).default(587),
  secure: z.boolean().default(false).meta({ description: 'TLS from the first byte; else STARTTLS where offered' }),
  user: z.string().min(1).optional(),
  password: SecretName.optional(),
});

const Channel = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('slack-webhook'), url: SecretName }),
  z.strictObject({
    type: z.literal('slack-bot'),
    token: SecretName,
    channel: z.string().min(1),
    apiUrl: HttpUrl.optional(),
  }),
  z.strictObject({
    type: z.literal('email'),
    smtp: Smtp,
    from: z.string().min(3),
    to: z.array(z.string().min(3)).min(1),
  }),
  z.strictObject({ type: z.literal('webhook'), url: HttpUrl, secret: SecretName.optional() }),
]);
export type ChannelOptions = z.infer<typeof Channel>;

const Route = z.strictObject({
  match: z.record(z.string().min(1), z.string()).optional(),
  channels: z.array(Name).min(1),
  continue: z.boolean().default(false),
});
export type Route = z.infer<typeof Route>;

const Template = z.strictObject({ title: z.string().max(500).optional(), text: z.string().min(1).max(10_000) });

export const NotifierOptions = z
  .strictObject({
    channels: z.record(Name, Channel).default({}),
    routes: z.array(Route).default([]),
    templates: z.record(Name, Template).default({}),
    links: z.strictObject({ grafana: HttpUrl.optional(), alertmanager: HttpUrl.optional() }).default({}),
  })
  .superRefine(({ channels, routes }, ctx) => {
    for (const [n, route] of routes.entries()) {
      for (const [m, name] of route.channels.entries()) {
        if (Object.hasOwn(channels, name)) continue;
        const known = Object.keys(channels).join(', ') || 'there are none';
        ctx.addIssue({
          code: 'custom',
          path: ['routes', n, 'channels', m],
          message: `there is no channel ${name} (${known})`,
        });
      }
      const last = n === routes.length - 1;
      if (!last && route.match === undefined && !route.continue) {
        ctx.addIssue({
          code: 'custom',
          path: ['routes', n],
          message: 'matches everything: the routes behind it are never reached',
        });
      }
    }
  });
export type NotifierOptions = z.infer<typeof NotifierOptions>;
