/** Standard Schema with JSON Schema, as far as a definition needs it: any schema an action takes is one. */
export interface TypedSchema<I = unknown, O = unknown> {
  readonly '~standard': {
    readonly types?: { readonly input: I; readonly output: O } | undefined;
    readonly jsonSchema: { readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown> };
  };
}

type Types<S extends TypedSchema> = NonNullable<S['~standard']['types']>;
/** What may be written. */
export type WrittenAs<S extends TypedSchema> = Types<S>['input'];
/** What comes out. */
export type ReadAs<S extends TypedSchema> = Types<S>['output'];
