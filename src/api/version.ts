import { readHubVersion } from '../plugin-host/index.js';

/** Of the hub; read once. */
export const hubVersion = readHubVersion();
