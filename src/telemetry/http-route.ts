import { context } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';

/** Says which route the request that is going on belongs to: the label `http_route` and the name of its span. */
export function nameRoute(route: string): void {
  const metadata = getRPCMetadata(context.active());
  if (metadata !== undefined) metadata.route = route;
}
