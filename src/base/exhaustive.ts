import { AssertionError } from './assert.ts';

/** Closes an exhaustive switch: the compiler refuses the call while a member of the union is left unhandled. */
export function assertNever(value: never): never {
  throw new AssertionError(`not a member of its union: ${String(value)}`);
}
