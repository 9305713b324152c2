import { type Faults, isJson, type Json } from './check.ts';

type TextKind = 'plain_text' | 'mrkdwn';
const both: readonly TextKind[] = ['plain_text', 'mrkdwn'];

/** A text object. */
export function checkText(faults: Faults, text: unknown, path: string, max: number, kinds = both): void {
  if (!isJson(text)) return faults.add(text === undefined ? 'missing required field' : 'must be an object', path);
  const kind = text['type'];
  if (!kinds.some((known) => known === kind)) faults.add(`must be of type ${kinds.join(' or ')}`, `${path}/type`);
  faults.string(text['text'], `${path}/text`, max);
  const { emoji, verbatim } = text;
  if (emoji !== undefined && kind === 'mrkdwn') faults.add('emoji is only for plain_text', `${path}/emoji`);
  if (verbatim !== undefined && kind === 'plain_text') faults.add('verbatim is only for mrkdwn', `${path}/verbatim`);
}

/** What may stand in `actions` and as an accessory; `taken` are the action_ids met so far in this block. */
export function checkElement(faults: Faults, element: unknown, path: string, taken: Set<string>): void {
  if (!isJson(element)) return faults.add('must be an object', path);
  switch (element['type']) {
    case 'button':
      return checkButton(faults, element, path, taken);
    case 'image':
      return checkImage(faults, element, path);
    default:
      faults.add(`unsupported type: ${String(element['type'])}`, `${path}/type`);
  }
}

function checkButton(faults: Faults, button: Json, path: string, taken: Set<string>): void {
  checkText(faults, button['text'], `${path}/text`, 75, ['plain_text']);
  if (button['url'] !== undefined) faults.url(button['url'], `${path}/url`);
  faults.string(button['value'], `${path}/value`, 2_000, false);
  const { style } = button;
  if (style !== undefined && style !== 'primary' && style !== 'danger')
    faults.add('must be one of primary, danger', `${path}/style`);
  const id = button['action_id'];
  if (!faults.string(id, `${path}/action_id`, 255, false)) return;
  if (taken.has(id)) faults.add(`action_id "${id}" already exists`, `${path}/action_id`);
  taken.add(id);
}

export function checkImage(faults: Faults, image: Json, path: string): void {
  faults.url(image['image_url'], `${path}/image_url`);
  faults.string(image['alt_text'], `${path}/alt_text`, 2_000);
}
