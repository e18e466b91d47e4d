import type { KubernetesObject } from '../../../api/generated/types.ts';
import { reply, type Reply } from '../exchange.ts';
import { formOf, present } from '../reads/object-form.ts';
import { calendarMillis } from '../server.ts';
import type { VerbCall } from '../verb.ts';

/** The answer of a write that needs no write: a dry run, or a change that changes nothing. */
export function answerWith(
  { server, exchange, target }: VerbCall,
  object: KubernetesObject,
  { code, warnings }: { readonly code: number; readonly warnings: readonly string[] },
): Reply {
  const { kind } = target;
  const body = present(kind.toStored === undefined ? object : kind.toStored(object), {
    kind,
    form: formOf(exchange.request),
    now: calendarMillis(server),
  });
  return { ...reply(body, code), ...(warnings.length === 0 ? undefined : { warnings }) };
}

/** The API's name of a kind's objects in refusals. */
export function resourceOf({ target }: VerbCall): {
  readonly group: string;
  readonly resource: string;
} {
  return { group: target.kind.group, resource: target.kind.plural };
}
