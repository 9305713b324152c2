/**
 * The only door to nestjs-otel. It is a CommonJS package that requires Nest, which is ESM: Nest must be loaded first, or
 * a test runner's module linker meets it half made.
 */
import '@nestjs/common';

const otel = await import('nestjs-otel');

export const MetricService = otel.MetricService;
export type MetricService = InstanceType<typeof otel.MetricService>;
/** Wraps a method in a span of that name, child of whatever is active. For shells; a run's own spans are made by hand. */
export const Span = otel.Span;
