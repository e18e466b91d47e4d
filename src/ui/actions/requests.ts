import type { LabCommand, PageApiRequest, PageApiResponse } from '../../bridge/protocol.ts';
import type { Page } from '../page.tsx';
import type { Outcome } from './action.ts';

/** The way of an act to the cluster, and how its answer reads. */

/** Asks the API server and turns its answer into a sentence: `said`, or the message of its Status. */
export async function ask(page: Page, request: PageApiRequest, said: string): Promise<Outcome> {
  return answerOf(await page.client.api(request), said);
}

export function answerOf(response: PageApiResponse, said: string): Outcome {
  if (response.code >= 200 && response.code < 300) {
    const warning = response.warnings.length > 0 ? ` (${response.warnings.join('; ')})` : '';
    return { ok: true, message: said + warning };
  }
  return { ok: false, message: messageOf(response) };
}

/** The message of a refusal as kubectl prints it. */
export function messageOf(response: PageApiResponse): string {
  // A Status, if it is one: its fields are looked at with care.
  const status = response.body as { message?: unknown; reason?: unknown } | null | undefined;
  const message = typeof status?.message === 'string' ? status.message : `HTTP ${response.code}`;
  const reason = typeof status?.reason === 'string' && status.reason !== '' ? status.reason : '';
  return reason === '' ? message : `${reason}: ${message}`;
}

/** Breaks or mends something that no API reaches. */
export async function lab(page: Page, command: LabCommand, said: string): Promise<Outcome> {
  const refusal = await page.client.lab(command);
  return refusal === undefined ? { ok: true, message: said } : { ok: false, message: refusal };
}

/** A merge patch: what is named changes, the rest stays. */
export function patchRequest(
  path: string,
  body: unknown,
  { act, type = 'merge' }: { readonly act: string; readonly type?: 'merge' | 'strategic' | 'json' },
): PageApiRequest {
  return {
    method: 'PATCH',
    path: `${path}?fieldManager=kubectl-${type === 'merge' ? 'patch' : 'rollout'}`,
    body,
    contentType: CONTENT_TYPES[type],
    act,
  };
}

const CONTENT_TYPES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
} as const;

/** Where the API serves an object; the list of objects may not have it yet, so there is a way to make it. */
export function pathOf(
  page: Page,
  row: { readonly id: string; readonly name: string; readonly namespace?: string },
  collection: string,
): string {
  const known = page.view.objects.get(row.id)?.path;
  if (known !== undefined) return known;
  const [group, resource] = splitCollection(collection);
  const namespace = row.namespace === undefined ? '' : `/namespaces/${row.namespace}`;
  return `${group}${namespace}/${resource}/${row.name}`;
}

function splitCollection(collection: string): readonly [string, string] {
  const at = collection.lastIndexOf('/');
  return [collection.slice(0, at), collection.slice(at + 1)];
}
