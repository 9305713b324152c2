/** The page around Swagger UI. The document needs a token, so the page asks for one; it keeps it in memory only. */
export const docsHtml = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>CommandCenter API</title>
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
document.getElementById('open').addEventListener('submit', async (submit) => {
  submit.preventDefault();
  const authorization = 'Bearer ' + document.getElementById('token').value.trim();
  const problem = document.getElementById('problem');
  try {
    const response = await fetch('/api/openapi.json', { headers: { authorization } });
    const body = await response.json();
    if (!response.ok) throw new Error(body.detail);
    submit.target.remove();
    SwaggerUIBundle({
      spec: body,
      dom_id: '#ui',
      requestInterceptor: (request) => {
        request.headers.authorization ??= authorization;
        return request;
      },
    });
  } catch (error) {
    problem.textContent = error.message;
  }
});
`;

/** Swagger UI styles its elements inline and embeds its icons; nothing comes from elsewhere. */
export const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
