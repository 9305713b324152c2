export { catalogue, type ErrorCode, type ErrorKind } from './catalogue.js';
export { CcError, messageOf, type CcErrorOptions, type Problem } from './cc-error.js';
