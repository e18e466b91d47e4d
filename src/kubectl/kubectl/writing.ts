import { goJson } from '../../api/go-text.ts';
import { pathOf, type Resource } from './discovery.ts';
import { fail, Failure } from './failure.ts';
import { withField, withSortedKeys, type ApiObject } from './objects.ts';
import { shownName, valuePrinterOf } from './printers/values.ts';
import { queryText, type Query, type Session } from './session.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The query of a write: who writes, how strictly fields are checked, and whether it is only tried. */
export function writeQuery(session: Session, fieldManager = ''): Query {
  const { flags } = session;
  return {
    dryRun: session.dryRun === 'server' ? 'All' : undefined,
    fieldManager: flags.text('field-manager') === '' ? fieldManager : flags.text('field-manager'),
    fieldValidation: flags.text('validate') === '' ? undefined : fieldValidation(session),
  };
}

function fieldValidation({ flags }: Session): string {
  switch (flags.text('validate')) {
    case 'strict':
    case 'true':
      return 'Strict';
    case 'warn':
      return 'Warn';
    case 'ignore':
    case 'false':
      return 'Ignore';
    default:
      return fail(
        `invalid - validate option ${JSON.stringify(flags.text('validate'))}; must be one of: strict (or true), warn, ignore (or false)`,
      );
  }
}

/** ` (dry run)`, ` (server dry run)` or nothing. */
export function dryRunSuffix({ dryRun }: Session): string {
  return dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
}

/** Says what was done to an object: `pod/web created`, or the object in the form of `-o`. */
export function report(
  session: Session,
  object: unknown,
  operation: string,
  { typed = false } = {},
): void {
  const printer = valuePrinterOf(session, { typed });
  if (printer === undefined) {
    session.out(`${shownName(object)} ${operation}${dryRunSuffix(session)}\n`);
    return;
  }
  session.out(printer.print(object));
  session.out(printer.end());
}

/**
 * A reporter that keeps its printer from object to object, so that documents are parted. `asList`: objects are kept until
 * the end and printed as one List, as apply does.
 */
export function createReporter(
  session: Session,
  { asList = false } = {},
): {
  report(object: unknown, operation: string): void;
  end(): void;
} {
  const printer = valuePrinterOf(session);
  const kept: unknown[] = [];
  return {
    report(object, operation) {
      if (printer === undefined) {
        session.out(`${shownName(object)} ${operation}${dryRunSuffix(session)}\n`);
      } else if (asList && printer.takesLists) kept.push(object);
      else session.out(printer.print(object));
    },
    end() {
      if (printer === undefined) return;
      if (kept.length > 0) {
        // The list is typed, its items are not.
        const list = { kind: 'List', apiVersion: 'v1', metadata: {}, items: withSortedKeys(kept) };
        session.out((valuePrinterOf(session, { typed: true }) ?? printer).print(list));
      }
      session.out(printer.end());
    },
  };
}

export async function createObject(
  session: Session,
  place: { readonly resource: Resource; readonly namespace: string },
  object: unknown,
  fieldManager = 'kubectl-create',
): Promise<ApiObject> {
  const query = queryText(writeQuery(session, fieldManager));
  // A version says which state a change was based on; what is created is based on none.
  const fresh = withField(object, ['metadata', 'resourceVersion'], undefined);
  const created = await session.ask({
    method: 'POST',
    path: `${pathOf(place.resource, place.namespace)}${query}`,
    body: fresh,
  });
  return created as ApiObject;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

const patchContentTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** Patches one object. */
export async function patchObject(
  session: Session,
  place: { readonly resource: Resource; readonly namespace: string; readonly name: string },
  patch: { readonly type: PatchType; readonly body: unknown; readonly subresource?: string },
  query: Query,
): Promise<ApiObject> {
  const suffix =
    patch.subresource === undefined || patch.subresource === '' ? '' : `/${patch.subresource}`;
  const path = pathOf(place.resource, place.namespace, place.name);
  const patched = await session.ask({
    method: 'PATCH',
    path: `${path}${suffix}${queryText(query)}`,
    body: patch.body,
    contentType: patchContentTypes[patch.type],
  });
  return patched as ApiObject;
}

/** The object with the annotation by which the next client-side apply knows what this one said. */
export function withLastApplied(object: ApiObject): ApiObject {
  const annotations: Record<string, string> = { ...object.metadata.annotations };
  delete annotations[LAST_APPLIED];
  const bare = { ...object, metadata: { ...object.metadata, annotations } };
  const text = `${goJson(bare, true)}\n`;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, [LAST_APPLIED]: text } },
  };
}

/** `--save-config` adds the annotation to what is created. What kubectl made itself keeps the order of its fields. */
export function maybeSaved(session: Session, object: ApiObject, { typed = false } = {}): ApiObject {
  const has = object.metadata.annotations?.[LAST_APPLIED] !== undefined;
  if (!session.flags.bool('save-config') && !has) return object;
  if (!typed) return withLastApplied(object);
  const text = `${goJson(object, false)}\n`;
  const annotations = { ...object.metadata.annotations, [LAST_APPLIED]: text };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Leaves with all failures when there are some. */
export function throwAll(failures: readonly Failure[]): void {
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new Failure('', { many: failures });
}
