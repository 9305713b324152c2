import { assets } from '../pages/assets.js';

/** The page around Swagger UI. Who is signed in sees it at once; else it asks for a token, and keeps it in memory only. */
export const docsHtml = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>CommandCenter API</title>
  <link rel="icon" href="${assets.icon.href}" type="image/svg+xml">
  <link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
  <form id="open" class="swagger-ui" style="padding: 2rem; max-width: 60rem; margin: auto">
    <h1>CommandCenter API</h1>
    <p><label for="token">Token (the first one is in <code>.commandcenter/cli.json</code> of the hub)</label></p>
    <p><input id="token" type="password" autocomplete="off" size="50" required> <button class="btn" type="submit">Open</button></p>
    <p id="problem" role="alert"></p>
  </form>
  <div id="ui"></div>
  <script src="/api/docs/swagger-ui-bundle.js"></script>
  <script src="/api/docs/start.js"></script>
</body>
</html>
`;

export const docsScript = `'use strict';
(() => {
  const form = document.getElementById('open');
  const problem = document.getElementById('problem');
  /* Without headers the browser's session speaks, where there is one. */
  const open = async (headers) => {
    const response = await fetch('/api/openapi.json', { headers });
    const body = await response.json();
    if (!response.ok) throw new Error(body.detail);
    form.remove();
    SwaggerUIBundle({
      spec: body,
      dom_id: '#ui',
      requestInterceptor: (request) => {
        for (const [name, value] of Object.entries(headers)) request.headers[name] ??= value;
        return request;
      },
    });
  };
  open({}).catch(() => undefined);
  form.addEventListener('submit', (submit) => {
    submit.preventDefault();
    const authorization = 'Bearer ' + document.getElementById('token').value.trim();
    open({ authorization }).catch((error) => (problem.textContent = error.message));
  });
})();
`;

/** Swagger UI styles its elements inline and embeds its icons; nothing comes from elsewhere. */
export const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
