import { randomUUID } from 'node:crypto';
import { mayDo, type Principal } from '../../identity/index.js';
import type { RunStory } from '../../runs/index.js';
import type { RunEvent } from '../../workflow/index.js';
import { cancelView } from './cancel-view.js';
import { html, type Html } from './html.js';
import { rerunView } from './rerun-view.js';

/** What the reader may do to the run now, and what was asked of it before. */
export function runButtons(story: RunStory, principal: Principal): Html | false {
  const { run, events, finals } = story;
  const may = mayDo(principal, 'operator');
  if (run.finishedAt !== null) return may && rerunView(story, randomUUID());
  const asked = events.findLast((event) => event.type === 'RunCancelRequested');
  if (asked !== undefined) {
    const left = may && finals.size > 0 && asked.force !== true;
    return html`<span class="muted">Cancel requested${by(asked)}</span>${left && cancelView(run.id, 'only-finally')}`;
  }
  return html`${run.status === 'paused' && pausedBy(events)}${may && pauseButton(run)}${may && cancelView(run.id, finals.size > 0 ? 'has-finally' : 'no-finally')}`;
}

/** One that is queued has nothing to pause yet. */
function pauseButton({ id, status }: RunStory['run']): Html | false {
  if (status === 'queued') return false;
  const what = status === 'paused' ? 'resume' : 'pause';
  return html`<form method="post" action="/runs/${id}/${what}">
    <button id="pause-button" type="submit">${what === 'pause' ? 'Pause run' : 'Resume run'}</button>
  </form>`;
}

function pausedBy(events: RunStory['events']): Html | false {
  const paused = events.findLast((event) => event.type === 'RunPaused');
  const why = paused?.reason === undefined ? '' : `: ${paused.reason}`;
  return paused !== undefined && html`<span class="muted">Paused${by(paused)}${why}</span>`;
}

function by(event: RunEvent & { readonly by?: string }): string {
  return event.by === undefined ? '' : ` by ${event.by}`;
}
