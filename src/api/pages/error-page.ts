import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CcError } from '../../errors/index.js';
import '../http/route-config.js';
import { problemHeaders } from '../http/problem.js';
import { pageOfButton } from './cancel-view.js';
import { html, type Html } from './html.js';
import { layout } from './layout.js';
import { loginPath } from './next-path.js';
import { sendPage } from './page.js';

/** An error as a page. Who is not signed in is sent to do that, and comes back. */
export function sendErrorPage(error: CcError, status: number, request: FastifyRequest, reply: FastifyReply): void {
  if (error.code === 'CC_UNAUTHENTICATED') {
    void reply.redirect(loginPath(request.method === 'GET' ? request.url : (pageOfButton(request.url) ?? '/')), 303);
    return;
  }
  const { 'content-type': _type, ...headers } = problemHeaders(error);
  void reply.headers(headers);
  sendPage(
    reply,
    layout({
      title: error.title,
      main: errorMain(error, status, request.url.split('?', 1)[0]!),
      principal: request.principal,
    }),
    status,
  );
}

const mostProblems = 20;

function errorMain(error: CcError, status: number, path: string): Html {
  const problems = error.problems.slice(0, mostProblems);
  return html`<div class="notice">
    <p class="notice-code">${status}</p>
    <h1>${status === 404 ? 'Nothing here' : error.title}</h1>
    <p>${sentence(error.code === 'CC_ROUTE_NOT_FOUND' ? `there is no page ${path}` : error.message)}</p>
    ${
      problems.length > 0 &&
      html`<ul>
        ${problems.map(({ path, message }) => html`<li><code>${path}</code> ${message}</li>`)}
      </ul>`
    }
    <p><a class="button" href="/runs">All runs</a></p>
    <p class="muted"><code>${error.code}</code></p>
  </div>`;
}

function sentence(text: string): string {
  const short = text.length > 1000 ? `${text.slice(0, 1000)}...` : text;
  return short.charAt(0).toUpperCase() + short.slice(1) + (/[.!?]$/.test(short) ? '' : '.');
}
