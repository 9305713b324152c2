import { live } from './live.js';
import { login } from './login.js';
import { morph } from './morph.js';
import { running } from './running.js';
import { stream } from './stream.js';
import { times } from './times.js';

/** The one script of the pages. They work without it; with it they are fresh and tell times in the reader's own zone. */
export const pageScript = `'use strict';\n(() => {${times}${running}${login}${morph}${stream}${live}})();\n`;
