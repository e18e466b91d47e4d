import { asFailure, Failure, isConflict } from '../../failure.ts';
import { fieldsAt, isFields, listAt, textAt, type ApiObject, type Fields } from '../../objects.ts';
import type { Session } from '../../session.ts';
import { LAST_APPLIED, patchObject, writeQuery } from '../../writing.ts';
import type { Applied, FileTarget } from './apply.ts';

const conflictHelp = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

const CLIENT_SIDE_MANAGER = 'kubectl-client-side-apply';

/** kubectl apply --server-side: the server merges; what client-side apply owned before becomes owned this way. */
export async function applyOnServer(session: Session, target: FileTarget): Promise<Applied> {
  const manager = managerOf(session);
  const query = {
    ...writeQuery(session, 'kubectl'),
    fieldManager: manager,
    force: session.flags.bool('force-conflicts'),
  };
  let object: ApiObject;
  try {
    object = await patchObject(session, target, { type: 'apply', body: target.fromFile }, query);
  } catch (error) {
    const failure = asFailure(error);
    if (isConflict(failure)) throw new Failure(`${failure.message}${conflictHelp}`);
    throw failure;
  }
  if (session.dryRun === 'none') object = await migrated(session, target, object, manager);
  return { object, operation: 'serverside-applied' };
}

/** The default manager of client-side apply is not that of server-side apply. */
function managerOf({ flags }: Session): string {
  const given = flags.text('field-manager');
  return !flags.has('field-manager') || given === '' ? 'kubectl' : given;
}

async function migrated(
  session: Session,
  target: FileTarget,
  applied: ApiObject,
  manager: string,
): Promise<ApiObject> {
  const managers = listAt(applied, 'metadata', 'managedFields');
  const isClientSide = (entry: unknown): boolean =>
    textAt(entry, 'manager') === CLIENT_SIDE_MANAGER && textAt(entry, 'operation') === 'Update';
  if (manager !== 'kubectl' || !managers.some(isClientSide)) return applied;
  let object = applied;
  const annotation = textAt(applied, 'metadata', 'annotations', LAST_APPLIED);
  if (annotation !== '') {
    object = await patchObject(
      session,
      target,
      {
        type: 'apply',
        body: {
          apiVersion: applied.apiVersion,
          kind: applied.kind,
          metadata: {
            name: target.name,
            ...(target.namespace === '' ? {} : { namespace: target.namespace }),
            annotations: { [LAST_APPLIED]: annotation },
          },
        },
      },
      { fieldManager: 'kubectl-last-applied', force: true },
    );
  }
  const entries = upgraded(listAt(object, 'metadata', 'managedFields'), isClientSide, manager);
  return patchObject(
    session,
    target,
    {
      type: 'json',
      body: [
        { op: 'replace', path: '/metadata/managedFields', value: entries },
        {
          op: 'replace',
          path: '/metadata/resourceVersion',
          value: object.metadata.resourceVersion,
        },
      ],
    },
    { fieldManager: manager },
  );
}

/** The fields of client-side apply become those of the manager's apply entry. */
function upgraded(
  entries: readonly unknown[],
  isClientSide: (entry: unknown) => boolean,
  manager: string,
): readonly unknown[] {
  const old = entries.filter(isClientSide);
  return entries
    .filter((each) => !isClientSide(each))
    .map((entry) => {
      const isTarget =
        textAt(entry, 'manager') === manager &&
        textAt(entry, 'operation') === 'Apply' &&
        textAt(entry, 'subresource') === '';
      if (!isTarget || !isFields(entry)) return entry;
      let fields: Fields = fieldsAt(entry, 'fieldsV1');
      for (const each of old) fields = union(fields, fieldsAt(each, 'fieldsV1'));
      return { ...entry, fieldsV1: fields };
    });
}

function union(a: Fields, b: Fields): Fields {
  const merged: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const own = merged[key];
    merged[key] = isFields(own) && isFields(value) ? union(own, value) : (own ?? value);
  }
  return merged;
}
