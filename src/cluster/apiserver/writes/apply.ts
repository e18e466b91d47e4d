import { unsupportedMediaTypeError } from '../../../api/status-error.ts';
import { refuse, type Answer } from '../exchange.ts';
import type { VerbCall } from '../verb.ts';

/** Server-side apply. */
export function applyObject(_call: VerbCall): Answer {
  return refuse(
    unsupportedMediaTypeError([
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
    ]),
  );
}
