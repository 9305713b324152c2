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
  approved: '✓',
  rejected: '✗',
  expired: '■',
};

export function sign(status: string, colours: Colours): string {
  return paint(status, signs[status] ?? '?', colours);
}

export function statusText(status: string, colours: Colours): string {
  return paint(status, `${signs[status] ?? '?'} ${status}`, colours);
}

function paint(status: string, text: string, colours: Colours): string {
  switch (status) {
    case 'approved':
    case 'succeeded':
      return colours.green(text);
    case 'rejected':
    case 'failed':
      return colours.red(text);
    case 'expired':
    case 'cancelled':
    case 'retrying':
      return colours.yellow(text);
    case 'running':
      return colours.cyan(text);
    default:
      return colours.dim(text);
  }
}
