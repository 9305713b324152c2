import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer } from './hub.js';

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object };
}

/** Holds answers against what the OpenAPI document says about them. */
export class Contract {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(private readonly document: OpenApi) {
    addFormats.default(this.ajv);
  }

  /** What is wrong with the answer; undefined when it is as documented. */
  violation(method: string, path: string, { status, headers, body }: Answer): string | undefined {
    const [template, operations] = this.find(path);
    const operation = operations?.[method.toLowerCase()];
    if (operation === undefined) return `${method} ${path} is not documented`;
    const response = operation.responses[status];
    if (response === undefined) return `${method} ${template} answered ${status}, which is not documented`;
    const type = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    const schema = response.content?.[type]?.schema;
    if (schema === undefined)
      return body === '' ? undefined : `${method} ${template} answered ${status} as ${type}, which is not documented`;
    const validate = this.validator(`${method} ${template} ${status} ${type}`, schema);
    return validate(body) ? undefined : `${method} ${template} ${status}: ${this.ajv.errorsText(validate.errors)}`;
  }

  private find(path: string): [string, Readonly<Record<string, Operation>> | undefined] {
    const given = (path.split('?')[0] ?? '').split('/');
    const fits = (template: string) => {
      const wanted = template.split('/');
      return wanted.length === given.length && wanted.every((part, at) => part === given[at] || part.startsWith('{'));
    };
    const [template = path] = Object.keys(this.document.paths).filter(fits).sort();
    const exact = path.split('?')[0] ?? '';
    return exact in this.document.paths
      ? [exact, this.document.paths[exact]]
      : [template, this.document.paths[template]];
  }

  private validator(key: string, schema: object): ValidateFunction {
    const known = this.compiled.get(key);
    if (known !== undefined) return known;
    const made = this.ajv.compile({ ...schema, components: this.document.components });
    this.compiled.set(key, made);
    return made;
  }
}
