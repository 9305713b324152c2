import type { RunStory } from '../../runs/index.js';
import { html, type Html } from './html.js';
import { stepRows } from './step-rows.js';

/** A button that asks from where. `key`: pressing it twice makes one run. */
export function rerunView(story: RunStory, key: string): Html {
  const { id } = story.run;
  const steps = stepRows(story).filter(({ final }) => !final);
  return html`<button id="rerun-button" type="button" popovertarget="rerun-dialog">Run again</button>
    <div id="rerun-dialog" class="dialog" popover role="dialog" aria-labelledby="rerun-title">
      <form method="post" action="/runs/${id}/rerun">
        <h2 id="rerun-title">Run this again?</h2>
        <p>A new run of the same version with the same input.</p>
        <input type="hidden" name="key" value="${key}" />
        <label for="rerun-from">From</label>
        <select id="rerun-from" name="from">
          <option value="">the beginning</option>
          ${steps.map(({ step }) => html`<option value="${step.id}">${step.id} (${step.status})</option>`)}
        </select>
        <p class="muted small">
          From a step on: steps that do not need it keep what they came to. Approvals are asked again.
        </p>
        <p class="buttons">
          <button type="button" popovertarget="rerun-dialog" popovertargetaction="hide" autofocus>Not now</button>
          <button class="primary" type="submit">Start it</button>
        </p>
      </form>
    </div>`;
}
