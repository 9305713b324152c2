import { html, type Html } from './html.js';

/** The page of a button, when this is where it leads to. */
export function pageOfButton(path: string): string | undefined {
  const [, run] = /^(\/runs\/[^/?]+)\/(?:cancel|pause|resume|rerun)$/.exec(path) ?? [];
  return run ?? (/^\/approvals\/[^/?]+\/decision$/.test(path) ? '/approvals' : undefined);
}

/** Whether there is a `finally` to do without; `only-finally`: the rest is cancelled already. */
type Left = 'has-finally' | 'no-finally' | 'only-finally';

/** A button that asks first: the browser's own popover, so it works by keyboard and without a script. */
export function cancelView(runId: string, left: Left): Html {
  const only = left === 'only-finally';
  return html`<button id="cancel-button" class="danger" type="button" popovertarget="cancel-dialog">
      ${only ? 'End without finally' : 'Cancel run'}
    </button>
    <div id="cancel-dialog" class="dialog" popover role="dialog" aria-labelledby="cancel-title">
      <form method="post" action="/runs/${runId}/cancel">
        <h2 id="cancel-title">${only ? 'End it without its finally?' : 'Cancel this run?'}</h2>
        <p>
          ${only ? 'The steps that clean up are told to stop too.' : 'Steps in flight are told to stop, and nothing new starts.'}
          This cannot be undone.
        </p>
        ${
          only
            ? html`<input type="hidden" name="force" value="on" />`
            : html`<label for="cancel-reason">Reason <span class="muted">(optional)</span></label>
                <input id="cancel-reason" name="reason" maxlength="1000" autocomplete="off" />`
        }
        ${left === 'has-finally' && html`<label class="check"><input name="force" type="checkbox" /> Without the steps of <code>finally</code></label>`}
        <p class="buttons">
          <button type="button" popovertarget="cancel-dialog" popovertargetaction="hide" autofocus>
            ${only ? 'Let them end' : 'Keep it running'}
          </button>
          <button class="danger" type="submit">${only ? 'Yes, end it' : 'Yes, cancel it'}</button>
        </p>
      </form>
    </div>`;
}
