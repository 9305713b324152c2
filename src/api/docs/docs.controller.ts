import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Controller, Get, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { openApiDocument } from '../openapi.js';
import { hubVersion } from '../version.js';
import { docsHtml, docsPolicy, docsScript } from './docs-page.js';

const document = routeSpec({
  summary: 'This document',
  access: 'viewer',
  answer: { status: 200, description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) },
});

const page = routeSpec({
  summary: 'A page to read and try this API',
  description:
    'The page is empty until somebody is signed in or gives it a token. All of it comes from the hub; it works without the internet.',
  access: 'public',
  answer: { status: 200, description: 'HTML', type: 'text/html' },
});

const file = (type: string) =>
  routeSpec({
    summary: 'A file of the documentation page',
    access: 'public',
    answer: { status: 200, description: 'The file', type },
  });

const require = createRequire(import.meta.url);
const stylePath = require.resolve('swagger-ui-dist/swagger-ui.css');
const bundlePath = require.resolve('swagger-ui-dist/swagger-ui-bundle.js');

@Controller('api')
export class DocsController {
  private built: string | undefined;

  constructor(private readonly host: HttpAdapterHost) {}

  @Get('openapi.json')
  @Route(document)
  document(@Res() reply: FastifyReply): void {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    this.built ??= JSON.stringify(openApiDocument(server.registeredRoutes, hubVersion));
    void reply.type('application/json').send(this.built);
  }

  @Get('docs')
  @Route(page)
  page(@Res() reply: FastifyReply): void {
    void reply.type('text/html; charset=utf-8').header('content-security-policy', docsPolicy).send(docsHtml);
  }

  @Get('docs/start.js')
  @Route(file('text/javascript'))
  script(@Res() reply: FastifyReply): void {
    void reply.type('text/javascript; charset=utf-8').send(docsScript);
  }

  @Get('docs/swagger-ui.css')
  @Route(file('text/css'))
  style(@Res() reply: FastifyReply): Promise<void> {
    return sendFile(reply, stylePath, 'text/css');
  }

  @Get('docs/swagger-ui-bundle.js')
  @Route(file('text/javascript'))
  bundle(@Res() reply: FastifyReply): Promise<void> {
    return sendFile(reply, bundlePath, 'text/javascript');
  }
}

async function sendFile(reply: FastifyReply, path: string, type: string): Promise<void> {
  const content = await readFile(path);
  void reply.type(`${type}; charset=utf-8`).header('cache-control', 'public, max-age=86400').send(content);
}
