import { applyDecorators, HttpCode } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { RouteSpec } from './route-spec.js';

/** Binds a spec to a controller's method: guard, status and documentation follow from it. */
export function Route(spec: RouteSpec): MethodDecorator {
  const { access, textBody, bodyBytes, rawBody = false, anyBody = false, uncounted = false } = spec;
  return applyDecorators(
    RouteConfig({
      access,
      textBody: textBody !== undefined,
      uncounted,
      ...(rawBody && { rawBody }),
      ...(anyBody && { anyBody }),
      spec,
      ...(bodyBytes !== undefined && { bodyBytes }),
      ...(spec.audit !== undefined && { audit: spec.audit }),
    }),
    HttpCode(spec.answer.status),
  );
}
