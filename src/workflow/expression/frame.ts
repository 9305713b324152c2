import type { ASTNode } from '@marcbachmann/cel-js';
import type { NeedsStatus } from '../plan.js';
import { LIMITS } from './limits.js';

/** One evaluation: the names it sees, the loop variables, and what it may still cost. */
export interface Frame {
  readonly scope: Readonly<Record<string, unknown>>;
  readonly needs: NeedsStatus | undefined;
  readonly locals: unknown[];
  fuel: number;
}

/** A compiled piece of an expression. */
export type Evaluate = (frame: Frame) => unknown;

/** Loop variables in sight, by their place in `Frame.locals`. */
export type Locals = ReadonlyMap<string, number>;

export type Compile = (node: ASTNode, locals: Locals) => Evaluate;

/** `apply` gets the receiver first where there is one. Names and number of arguments were checked when the expression was compiled. */
export interface CelFunction {
  /** Numbers of arguments besides the receiver. */
  readonly arity: readonly number[];
  apply(frame: Frame, args: readonly unknown[]): unknown;
}

/** Why an evaluation stopped. Its message never quotes a value: the value may be a secret. */
export class Fault extends Error {
  /** The value is simply not there, which `default()` and `has()` forgive. */
  readonly missing: boolean;

  constructor(message: string, missing = false) {
    super(message);
    this.missing = missing;
  }
}

export function spend(frame: Frame, units: number): void {
  frame.fuel -= units;
  if (frame.fuel < 0) throw new Fault('the expression does too much work: go over less data, or do it in a step');
}

/** Texts are cheap to read, so 32 characters cost as much as one operation. */
export function spendText(frame: Frame, text: string): void {
  spend(frame, 1 + (text.length >> 5));
}

export function checkText(length: number): void {
  if (length > LIMITS.text) throw new Fault(`the text is longer than ${LIMITS.text} characters`);
}

export function checkList(length: number): void {
  if (length > LIMITS.list) throw new Fault(`the list is longer than ${LIMITS.list} elements`);
}
