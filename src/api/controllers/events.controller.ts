import { Controller, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Events } from '../../events/index.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';

/** For the documentation; the events room checks, with the messages of the specification. */
const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    subject: z.string().optional(),
    time: z.string().optional(),
    data: z.unknown().optional().describe('Any JSON'),
    data_base64: z.string().optional().describe('Data that is not JSON'),
  })
  .meta({
    id: 'CloudEvent',
    examples: [{ specversion: '1.0', id: 'A-1001', source: '/shop', type: 'order.paid', data: { total: 250 } }],
  });

const sendEvent = routeSpec({
  summary: 'Send events',
  description:
    'A CloudEvent 1.0 in structured mode, in binary mode (its attributes in ce- headers, its data as the body) or several in batch mode, all or none. Answers when they are durable; the runs they start follow. An event with a source and id that are known is counted as a duplicate and starts nothing.',
  access: 'operator',
  anyBody: true,
  documentedBody: {
    types: ['application/cloudevents+json', 'application/json'],
    schema: cloudEvent,
    others: [{ types: ['application/cloudevents-batch+json'], schema: z.array(cloudEvent).max(1_000) }],
  },
  answer: { status: 202, description: 'Accepted', schema: z.strictObject({ accepted: z.int(), duplicate: z.int() }) },
  errors: ['CC_EVENT_INVALID'],
});

@Controller('api/v1/events')
export class EventsController {
  constructor(private readonly events: Events) {}

  @Post()
  @Route(sendEvent)
  send(@Req() request: FastifyRequest) {
    read(sendEvent, request);
    return this.events.accept(request.body, request.headers);
  }
}
