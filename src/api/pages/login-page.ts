import { html, type Html } from './html.js';
import { layout } from './layout.js';
import { firstPage } from './next-path.js';

export interface LoginView {
  /** Where to go afterwards: a path of this hub. */
  readonly next: string;
  /** Why it did not work. */
  readonly problem?: string;
}

export function loginPage({ next, problem }: LoginView): Html {
  const main = html`<div class="login" data-signed-in="${next}">
    <h1>Sign in</h1>
    <p class="muted">
      ${next === firstPage ? 'With a token of this hub.' : 'With a token of this hub, then on to the page you asked for.'}
    </p>
    <form method="post" action="/login">
      <input type="hidden" name="next" value="${next}" />
      <label for="token">Token</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="current-password"
        spellcheck="false"
        autocapitalize="off"
        required
        autofocus
        placeholder="cc_..."
        ${problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`}
      />
      ${problem !== undefined && html`<p id="problem" class="problem" role="alert">${problem}</p>`}
      <button class="primary" type="submit">Sign in</button>
    </form>
    <details>
      <summary>Where do I get a token?</summary>
      <p>
        The first start of the hub wrote an admin token to <code>.commandcenter/cli.json</code> beside its
        configuration.
      </p>
      <p>With that one, make others: <code>npx commandcenter token create --help</code></p>
    </details>
  </div>`;
  return layout({ title: 'Sign in', main, principal: undefined });
}
