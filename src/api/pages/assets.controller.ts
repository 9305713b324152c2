import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Page, pageSpec } from './page.js';
import { pageScript } from './page-script.js';
import { icon } from './style/icon.js';
import { stylesheet } from './style/index.js';

const asset = pageSpec({ access: 'public' });

/** Pages name style and script with their version, so a browser asks for each once. */
@Controller('assets')
export class AssetsController {
  @Get('pages.css')
  @Page(asset)
  style(@Res() reply: FastifyReply): void {
    send(reply, 'text/css', stylesheet, 'public, max-age=31536000, immutable');
  }

  @Get('pages.js')
  @Page(asset)
  script(@Res() reply: FastifyReply): void {
    send(reply, 'text/javascript', pageScript, 'public, max-age=31536000, immutable');
  }

  @Get('icon.svg')
  @Page(asset)
  icon(@Res() reply: FastifyReply): void {
    send(reply, 'image/svg+xml', icon, 'public, max-age=86400');
  }
}

function send(reply: FastifyReply, type: string, text: string, keep: string): void {
  void reply.type(`${type}; charset=utf-8`).header('cache-control', keep).send(text);
}
