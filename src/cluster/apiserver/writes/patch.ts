import { methodNotAllowedError } from '../../../api/status-error.ts';
import { refuse, type Answer } from '../exchange.ts';
import type { VerbCall } from '../verb.ts';

/** PATCH of an object. */
export function patchObject(_call: VerbCall): Answer {
  return refuse(methodNotAllowedError());
}
