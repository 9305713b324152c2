import { CcError } from '../../errors/index.js';

const pattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Its metrics, routes and agent are named after it, and names of npm packages end at 214. */
const longest = 50;

/** Throws unless a plugin, its agent and its npm package can be called that. `taken`: the names of the hub's own. */
export function checkPluginName(name: string, taken: readonly string[]): void {
  if (!pattern.test(name) || name.length > longest) {
    throw new CcError(
      'CC_USAGE',
      `"${name}" is not a name for a plugin: lower case letters, digits and single dashes between them, a letter first, ` +
        `at most ${longest} characters, as in "acme-warehouse"`,
    );
  }
  if (taken.includes(name)) {
    throw new CcError('CC_USAGE', `"${name}" is a plugin that comes with the hub; choose another name`);
  }
}

/** `acme-warehouse` as the name of a class, `AcmeWarehouse`, or as words, `Acme warehouse`. */
export function classNameOf(name: string): string {
  return name
    .split('-')
    .map((part) => part[0]!.toUpperCase() + part.slice(1))
    .join('');
}

export function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}
