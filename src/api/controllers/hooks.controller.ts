import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CcError } from '../../errors/index.js';
import { Webhooks } from '../../triggers/index.js';
import { runId, workflowId } from '../answers/run.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { parentOf } from '../door/trace-parent.js';
import { readDelivery } from '../http/read-delivery.js';
import '../http/strangers.js';

const outcome = z
  .strictObject({
    runs: z
      .array(
        z.strictObject({
          workflow: workflowId,
          id: runId,
          duplicate: z.boolean().describe('The delivery came before: this is the run it started then'),
        }),
      )
      .describe('Durable; none when no `if` matched'),
    refused: z
      .array(z.strictObject({ workflow: workflowId, code: z.string() }))
      .describe('Workflows that cannot take the delivery or are full, where others can start'),
  })
  .meta({ id: 'WebhookOutcome' });

const receive = routeSpec({
  summary: 'Take a delivery of another service',
  description:
    'Open to anybody who can sign: see `on.webhook`. The signature is over the bytes of the body. Answers 202 when every run it starts is durable; the same delivery again names the same runs. When all of its workflows are full (`concurrency` with `whenFull: skip`) nothing starts: 409. Slack is answered 200: its challenge, or nothing for what a person did.',
  access: 'public',
  params: z.strictObject({ path: z.string().meta({ examples: ['github'] }) }),
  rawBody: true,
  documentedBody: {
    types: ['application/json', 'application/x-www-form-urlencoded', 'text/plain'],
    schema: z.unknown().describe('What the other service sends, as it signed it'),
  },
  answer: { status: 202, description: 'Its runs are durable', schema: outcome },
  errors: [
    'CC_WEBHOOK_REFUSED',
    'CC_WEBHOOK_LATE',
    'CC_INPUT_INVALID',
    'CC_WORKFLOW_DISABLED',
    'CC_CONCURRENCY_FULL',
    'CC_OVERLOADED',
    'CC_SHUTTING_DOWN',
    'CC_DATABASE_UNAVAILABLE',
  ],
});

@Controller('hooks/:path')
export class HooksController {
  constructor(private readonly webhooks: Webhooks) {}

  @Post()
  @Route(receive)
  async receive(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { path } = request.params as { path: string };
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const raw = { headers: request.headers, body };
    const proven = await this.#prove(path, raw, request);
    await request.server.strangers.genuine(request);
    const isSlack = proven.some(({ entry }) => entry.verify.scheme === 'slack');
    const { data, isForm } = await readDelivery(request, body);
    const challenge = isSlack ? challengeIn(data) : undefined;
    if (challenge !== undefined) {
      reply.code(200);
      return { challenge };
    }
    const done = await this.webhooks.deliver(proven, { ...raw, data, receivedAt: new Date() }, parentOf(request));
    if (!isSlack || !isForm) return done;
    // A command or a button: Slack shows people what is in the answer.
    reply.code(200);
    return undefined;
  }

  async #prove(path: string, raw: Parameters<Webhooks['prove']>[1], request: FastifyRequest) {
    try {
      return this.webhooks.prove(path, raw);
    } catch (thrown) {
      if (thrown instanceof CcError && thrown.kind === 'unauthenticated')
        await request.server.strangers.forged(request);
      throw thrown;
    }
  }
}

/** Slack asks once whether the address is ours, and wants to read its own words. */
function challengeIn(data: unknown): string | undefined {
  const { type, challenge } = (data ?? {}) as { type?: unknown; challenge?: unknown };
  return type === 'url_verification' && typeof challenge === 'string' ? challenge : undefined;
}
