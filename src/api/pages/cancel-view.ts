import { html, type Html } from './html.js';

/** The page of the button, when this is where it leads to. */
export function pageOfCancel(path: string): string | undefined {
  return /^(\/runs\/[^/?]+)\/cancel$/.exec(path)?.[1];
}

/** A button that asks first: the browser's own popover, so it works by keyboard and without a script. */
export function cancelView(runId: string): Html {
  return html`<button id="cancel-button" class="danger" type="button" popovertarget="cancel-dialog">Cancel run</button>
    <div id="cancel-dialog" class="dialog" popover role="dialog" aria-labelledby="cancel-title">
      <form method="post" action="/runs/${runId}/cancel">
        <h2 id="cancel-title">Cancel this run?</h2>
        <p>Steps in flight are told to stop, and nothing new starts. This cannot be undone.</p>
        <label for="cancel-reason">Reason <span class="muted">(optional)</span></label>
        <input id="cancel-reason" name="reason" maxlength="1000" autocomplete="off" />
        <p class="buttons">
          <button type="button" popovertarget="cancel-dialog" popovertargetaction="hide" autofocus>
            Keep it running
          </button>
          <button class="danger" type="submit">Yes, cancel it</button>
        </p>
      </form>
    </div>`;
}
