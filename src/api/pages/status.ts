import type { RunStatus, StepStatus } from '../../workflow/index.js';
import { html, type Html } from './html.js';

type Status = RunStatus | StepStatus;

/** A colour for the eye, and for those who do not see it a shape; the word stands beside both. */
const looks: Readonly<Record<Status, readonly [tone: string, shape: string]>> = {
  queued: ['grey', 'M8 4.5v3.8l2.4 1.5'],
  pending: ['grey', 'M8 8h.01'],
  running: ['blue', 'M6.5 5l4.4 3-4.4 3z'],
  waiting: ['amber', 'M8 4.5v3.8l2.4 1.5'],
  retrying: ['amber', 'M11 8a3 3 0 1 1-1-2.2M11 4.6v1.8H9.2'],
  paused: ['amber', 'M6.4 5.4v5.2M9.6 5.4v5.2'],
  succeeded: ['green', 'M5 8.3l2.1 2.1L11 6.2'],
  failed: ['red', 'M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6'],
  skipped: ['grey', 'M5.4 8h5.2'],
  cancelled: ['grey', 'M6 6h4v4H6z'],
};

export function statusBadge(status: Status): Html {
  const [tone, shape] = looks[status];
  const icon = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <circle cx="8" cy="8" r="6.6" />
    <path d="${shape}" />
  </svg>`;
  return html`<span class="badge tone-${tone}">${icon}${status}</span>`;
}
