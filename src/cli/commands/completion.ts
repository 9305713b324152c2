import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.js';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function addCompletion(program: Command, cli: Cli): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>').choices(shells))
    .helpGroup('This command line:')
    .action((shell: Shell) => cli.print(shell === 'fish' ? fish(program) : bash(program, shell)));
}

/** `runs list` -> what can follow it: commands, options, choices. Made from the program, so it cannot lag behind. */
function completions(command: Command, path: readonly string[] = []): Map<string, readonly string[]> {
  const options = command.options
    .flatMap((option) => [option.long, ...(option.argChoices ?? [])])
    .filter((word) => word !== undefined);
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  const words = [...command.commands.map((child) => child.name()), ...choices, ...options, '--help'];
  return new Map([
    [path.join(' '), words],
    ...command.commands.flatMap((child) => [...completions(child, [...path, child.name()])]),
  ]);
}

function bash(program: Command, shell: 'bash' | 'zsh'): string {
  const known = completions(program);
  const cases = [...known].map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;`);
  const paths = [...known.keys()].filter((path) => path !== '').map((path) => `'${path}'`);
  return [
    ...(shell === 'zsh' ? ['autoload -Uz bashcompinit && bashcompinit'] : []),
    '_commandcenter() {',
    "  local path='' next word words",
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    next="${path:+$path }$word"',
    `    case "$next" in ${paths.join('|')}) path=$next ;; esac`,
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _commandcenter commandcenter',
  ].join('\n');
}

function fish(program: Command): string {
  return [...completions(program)]
    .map(([path, words]) => {
      const depth = path === '' ? [] : path.split(' ');
      const condition = [
        ...depth.map((word) => `__fish_seen_subcommand_from ${word}`),
        ...(depth.length === 0 ? ['__fish_use_subcommand'] : []),
      ].join('; and ');
      return `complete -c commandcenter -n '${condition}' -f -a '${words.join(' ')}'`;
    })
    .join('\n');
}
