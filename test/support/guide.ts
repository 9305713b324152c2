import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What stands in a guide for a reader to do: commands, files to write, what another terminal says. */
export type Block =
  | { readonly kind: 'run'; readonly text: string; readonly elsewhere: boolean }
  | { readonly kind: 'file'; readonly text: string; readonly path: string }
  | { readonly kind: 'seen'; readonly lines: readonly string[] };

/** Fences by what follows the language: `sh`, `sh second terminal`, `text second terminal`, else the path of a file. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^```(\w+)(?: ([^\n]+))?\n([^]*?)^```$/gm)].map(([, language, about, body = '']) => {
    if (language === 'sh') return { kind: 'run', text: body, elsewhere: about === 'second terminal' };
    if (about === 'second terminal') return { kind: 'seen', lines: body.trim().split('\n') };
    if (about === undefined)
      throw new Error(`a block of ${page} says neither where it belongs nor what runs it:\n${body}`);
    return { kind: 'file', text: body, path: about };
  });
}

const end = 'END_OF_A_FILE_OF_THE_GUIDE';

/**
 * The guide as one script for bash, as its reader would type it: files are written below `site`, the second terminal is
 * a process in the background that writes to `log`, and what it says is waited for. Figures may differ.
 */
export function scriptOf(blocks: readonly Block[], site: string, log: string): string {
  const steps = blocks.map((block, index) => {
    const mark = `echo "## ${index} $(date +%s.%N)"\n`;
    switch (block.kind) {
      case 'run':
        return mark + (block.elsewhere ? elsewhere(block.text, log) : block.text);
      case 'file':
        return `${mark}mkdir -p ${dirname(`${site}/${block.path}`)}\ncat >${site}/${block.path} <<'${end}'\n${block.text}${end}\n`;
      case 'seen':
        return mark + block.lines.map((line) => waitFor(line, log)).join('');
    }
  });
  return `set -e\nstop() { [ -z "$terminal" ] || kill -INT "$terminal" && wait "$terminal"; }\ntrap stop EXIT\n${steps.join('')}echo "## end"\n`;
}

const elsewhere = (text: string, log: string) =>
  `( ${text.trim().replace(/commandcenter dev$/, 'exec node ~/commandcenter/dist/cli/bin.js dev')}\n) >${log} 2>&1 &\nterminal=$!\n${waitFor('CommandCenter is ready', log)}`;

/** What was seen once is not seen again: the search goes on behind it. */
const waitFor = (line: string, log: string) => {
  const pattern = line.replace(/[.*+?()[\]{}|^$\\]/g, '\\$&').replace(/\d+(\\\.\d+)?/g, '[0-9.]+');
  return `for n in $(seq 600); do found=$(tail -n +\${seen:-1} ${log} 2>/dev/null | grep -nE -m1 '${pattern}' | cut -d: -f1) || true; [ -n "$found" ] && break; kill -0 $terminal; sleep 0.1; done; [ -n "$found" ]; seen=$((\${seen:-1} + found))\n`;
};
