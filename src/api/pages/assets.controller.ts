import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { read } from '../door/read.js';
import { assets, type Asset } from './assets.js';
import { Page, pageSpec } from './page.js';

/** Not counted: with the rate of an address used up, a page must not lose its style. */
const asset = pageSpec({ access: 'public', uncounted: true, query: z.object({ v: z.unknown().optional() }) });

@Controller('assets')
export class AssetsController {
  @Get('pages.css')
  @Page(asset)
  style(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(request, reply, assets.style);
  }

  @Get('pages.js')
  @Page(asset)
  script(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(request, reply, assets.script);
  }

  @Get('icon.svg')
  @Page(asset)
  icon(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(request, reply, assets.icon);
  }
}

/** Kept only under its own version: while hubs of two versions answer, a page of one may ask the other. */
function send(request: FastifyRequest, reply: FastifyReply, { type, text, version }: Asset): void {
  const { query } = read(asset, request);
  const keep = query.v === version ? 'public, max-age=31536000, immutable' : 'no-store';
  void reply.type(type).header('cache-control', keep).send(text);
}
