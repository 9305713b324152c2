import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';

/**
 * A schema that validates and describes itself as JSON Schema: any library that speaks Standard Schema and Standard
 * JSON Schema (zod from 4.2 on, ArkType, Valibot with its adapter).
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': StandardSchemaV1.Props<Input, Output> & StandardJSONSchemaV1.Props<Input, Output>;
}

/** What a caller may write. */
export type InputOf<S extends Schema> = StandardSchemaV1.InferInput<S>;
/** What validation answers, defaults filled in. */
export type OutputOf<S extends Schema> = StandardSchemaV1.InferOutput<S>;
