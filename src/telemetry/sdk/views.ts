import {
  AggregationType,
  createAllowListAttributesProcessor,
  createDenyListAttributesProcessor,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';

/** Attribute sets an instrument may have; the SDK's own limit, 2000, is too few for 200 workflows. */
const cardinality = 20_000;

/** What is kept of the SDK's metrics: see names.ts. */
export const views: ViewOptions[] = [
  { instrumentName: 'workflow_*', aggregationCardinalityLimit: cardinality },
  { instrumentName: 'agent_*', aggregationCardinalityLimit: cardinality },
  // A step may ask any address, by name or by number: they are on spans.
  {
    instrumentName: 'http.client.request.duration',
    attributesProcessors: [
      createAllowListAttributesProcessor(['http.request.method', 'http.response.status_code', 'error.type']),
    ],
  },
  // There is one database.
  {
    instrumentName: 'db.client.operation.duration',
    attributesProcessors: [createDenyListAttributesProcessor(['server.address', 'server.port'])],
  },
  // Wrong upstream: one counter for all pools, and a connection that is idle counts as used. Ours is db_pool_connections.
  { instrumentName: 'db.client.connection.*', aggregation: { type: AggregationType.DROP } },
];
