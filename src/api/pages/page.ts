import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import type { Entrance } from '../door/route-spec.js';
import type { Html } from './html.js';

export interface PageSpec extends Entrance {
  readonly form?: boolean;
  readonly uncounted?: boolean;
}

/** Keeps the exact types of the schemas. */
export function pageSpec<const S extends PageSpec>(spec: S): S {
  return spec;
}

/** A route for people: guarded like every other, but not part of the API's documentation. */
export function Page({ access, bodyBytes, form = false, uncounted = false }: PageSpec): MethodDecorator {
  return applyDecorators(
    RouteConfig({ access, formBody: form, page: true, uncounted, ...(bodyBytes !== undefined && { bodyBytes }) }),
  );
}

/** Everything comes from the hub itself, nothing is inline, and nobody may put a page into theirs. */
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function sendPage(reply: FastifyReply, page: Html, status = 200): void {
  void reply
    .code(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      // Under `no-referrer` browsers send `Origin: null` with forms, which the guard has to refuse.
      'referrer-policy': 'same-origin',
    })
    .send(page.text);
}
