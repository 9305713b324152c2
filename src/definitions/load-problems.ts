import type { Problem } from '../errors/index.js';

/** A file, or a workflow of a plugin, that was refused, and what is wrong with it. What ran before goes on. */
export interface LoadProblems {
  /** From the folder of commandcenter.yaml, with `/`. */
  readonly file?: string;
  readonly plugin?: string;
  /** Of a plugin's workflow, as far as it says so. */
  readonly workflow?: string;
  readonly problems: readonly Problem[];
}

function nameOfRefused({ file, plugin, workflow = '' }: LoadProblems): string {
  return file ?? `the workflow "${workflow}" of plugin ${plugin}`;
}

/** For the log: one sentence, and a line for each problem. */
export function textOfRefused(refused: LoadProblems): string {
  const lines = refused.problems.map((problem) => `  ${lineOf(problem)}`).join('\n');
  return `${nameOfRefused(refused)} is not loaded, what ran before goes on:\n${lines}`;
}

function lineOf({ path, message, line, column }: Problem): string {
  return `${line === undefined ? '' : `${line}:${column} `}${path === '' ? '' : `${path}: `}${message}`;
}
