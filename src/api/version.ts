import { readHubVersion } from '../config/index.js';

/** Of the hub; read once. */
export const hubVersion = readHubVersion();
