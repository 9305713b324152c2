import type { Colours } from '../cli.js';

/** One sign per status, so that colour is never the only difference. */
const signs: Readonly<Record<string, string>> = {
  pending: '·',
  queued: '·',
  running: '▸',
  waiting: '…',
  paused: '‖',
  retrying: '↻',
  succeeded: '✓',
  failed: '✗',
  skipped: '-',
  cancelled: '■',
};

export function sign(status: string, colours: Colours): string {
  return paint(status, signs[status] ?? '?', colours);
}

export function statusText(status: string, colours: Colours): string {
  return paint(status, `${signs[status] ?? '?'} ${status}`, colours);
}

function paint(status: string, text: string, colours: Colours): string {
  switch (status) {
    case 'succeeded':
      return colours.green(text);
    case 'failed':
      return colours.red(text);
    case 'cancelled':
    case 'retrying':
      return colours.yellow(text);
    case 'running':
      return colours.cyan(text);
    default:
      return colours.dim(text);
  }
}
