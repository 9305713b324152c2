import { type Faults, isJson, type Json } from './check.ts';
import { checkElement, checkImage, checkText } from './elements.ts';

const known: Readonly<Record<string, (faults: Faults, block: Json, path: string) => void>> = {
  header: (faults, block, path) => checkText(faults, block['text'], `${path}/text`, 150, ['plain_text']),
  section,
  context,
  actions,
  divider: () => undefined,
  image: (faults, block, path) => {
    checkImage(faults, block, path);
    if (block['title'] !== undefined) checkText(faults, block['title'], `${path}/title`, 2_000, ['plain_text']);
  },
  rich_text: richText,
};

/** Slack's documented limits on the blocks of one message. */
export function checkBlocks(faults: Faults, blocks: unknown, path: string, taken: Set<string>): void {
  faults.list(blocks, path, 50, 0).forEach((block, at) => {
    const here = `${path}/${at}`;
    if (!isJson(block)) return faults.add('must be an object', here);
    const id = block['block_id'];
    if (faults.string(id, `${here}/block_id`, 255, false)) {
      if (taken.has(id)) faults.add(`block_id "${id}" already exists`, `${here}/block_id`);
      taken.add(id);
    }
    const type = String(block['type']);
    if (Object.hasOwn(known, type)) known[type]!(faults, block, here);
    else faults.add(`unsupported type: ${type}`, `${here}/type`);
  });
}

function section(faults: Faults, block: Json, path: string): void {
  const { text, fields, accessory } = block;
  if (text === undefined && fields === undefined) faults.add('one of text or fields is required', path);
  if (text !== undefined) checkText(faults, text, `${path}/text`, 3_000);
  if (fields !== undefined)
    faults
      .list(fields, `${path}/fields`, 10)
      .forEach((field, at) => checkText(faults, field, `${path}/fields/${at}`, 2_000));
  if (accessory !== undefined) checkElement(faults, accessory, `${path}/accessory`, new Set());
}

function context(faults: Faults, block: Json, path: string): void {
  faults.list(block['elements'], `${path}/elements`, 10).forEach((element, at) => {
    const here = `${path}/elements/${at}`;
    if (isJson(element) && element['type'] === 'image') checkImage(faults, element, here);
    else checkText(faults, element, here, 3_000);
  });
}

function actions(faults: Faults, block: Json, path: string): void {
  const taken = new Set<string>();
  faults.list(block['elements'], `${path}/elements`, 25).forEach((element, at) => {
    const here = `${path}/elements/${at}`;
    if (isJson(element) && element['type'] === 'image') faults.add('unsupported type: image', `${here}/type`);
    else checkElement(faults, element, here, taken);
  });
}

const richParts = ['rich_text_section', 'rich_text_list', 'rich_text_preformatted', 'rich_text_quote'];

function richText(faults: Faults, block: Json, path: string): void {
  faults.list(block['elements'], `${path}/elements`, 1_000).forEach((element, at) => {
    const here = `${path}/elements/${at}`;
    if (!isJson(element) || !richParts.includes(String(element['type']))) faults.add('unsupported type', here);
    else faults.list(element['elements'], `${here}/elements`, 1_000, 0);
  });
}
