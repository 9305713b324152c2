const { existsSync } = require('node:fs');
const { join, resolve } = require('node:path');

const sdk = join(__dirname, '../../sdk/src');

/** Sources are read as they are: `./x.js` is `./x.ts` beside it, and the SDK is its own sources, so no test sees a stale build. */
module.exports = (request, options) => {
  if (/^\.{1,2}\/.*\.js$/.test(request) && !options.basedir.includes('node_modules')) {
    const source = resolve(options.basedir, request.replace(/\.js$/, '.ts'));
    if (existsSync(source)) return source;
  }
  const inSdk = /^@commandcenter\/sdk(?:\/(definition|testing))?$/.exec(request);
  if (inSdk) return join(sdk, inSdk[1] ?? '', 'index.ts');
  return options.defaultResolver(request, options);
};
