import { parseManifest } from '../../../api/manifest/parse.ts';
import { stringifyYaml } from '../../../api/manifest/stringify.ts';
import { createMergePatch } from '../../../api/patch/merge-patch.ts';
import { patchSchemaOf } from '../../../api/patch/patch-schema.ts';
import { createTwoWayMergePatch } from '../../../api/patch/strategic-diff.ts';
import { schemaOf } from '../../../api/schema/lookup.ts';
import { collect, targetsOf, type Info } from '../builder.ts';
import { groupResourceOf } from '../discovery.ts';
import { asFailure, fail, Failure, failureText } from '../failure.ts';
import { isFields, type ApiObject, type Fields } from '../objects.ts';
import { jsonText, shownName, withoutManaged } from '../printers/values.ts';
import type { Session } from '../session.ts';
import { patchObject, throwAll, writeQuery, type PatchType } from '../writing.ts';

const header = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

/** What is shown of an object, and how a change of it is sent. */
export interface EditForm {
  shown(object: ApiObject): ApiObject;
  patchFor(
    before: ApiObject,
    after: ApiObject,
  ): { readonly type: PatchType; readonly body: unknown };
}

/** kubectl edit: opens what the server has in an editor, and patches what was changed there. */
export async function edit(session: Session): Promise<void> {
  const targets = await targetsOf(session, {});
  const subresource = session.flags.text('subresource');
  const { infos, failures } = await collect(session, targets, { subresource });
  throwAll(failures);
  await editObjects(session, infos, {
    shown: (object) => withoutManaged(object) as ApiObject,
    patchFor: patchBetween,
  });
}

export async function editObjects(
  session: Session,
  infos: readonly Info[],
  form: EditForm,
): Promise<void> {
  if (session.context.edit === undefined)
    fail('unable to launch the editor: nobody sits before this terminal');
  // A change that is refused is shown again, with the reason above it.
  let reasons: string[] = [];
  const originals = infos.map((info) => form.shown(info.object));
  let text = documentsText(session, originals);
  let last: string | undefined;
  for (;;) {
    const shown = `${header}${reasons.map((each) => `# ${each}\n`).join('')}${reasons.length === 0 ? '' : '#\n'}${text}`;
    const title = infos.map(({ resource, name }) => `${resource.name}/${name}`).join(' ');
    const edited = await session.context.edit(shown, `kubectl edit ${title}`);
    const plain = edited === undefined ? text : withoutComments(edited);
    if (plain.trim() === '') {
      session.err('Edit cancelled, saved file was empty.\n');
      return;
    }
    if (plain === text || (last !== undefined && plain === last)) {
      if (reasons.length > 0) throw new Failure('Edit cancelled, no valid changes were saved.');
      session.err('Edit cancelled, no changes made.\n');
      return;
    }
    if (last === undefined && reasons.length > 0) last = plain;
    const outcome = await save(session, infos, originals, plain, form);
    if (outcome === undefined) return;
    reasons = outcome;
    text = plain;
    last = plain;
  }
}

function documentsText({ flags }: Session, objects: readonly ApiObject[]): string {
  const [only] = objects;
  const value =
    objects.length === 1 ? only : { apiVersion: 'v1', items: objects, kind: 'List', metadata: {} };
  return flags.text('output') === 'json' ? `${jsonText(value)}\n` : stringifyYaml(value);
}

function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
}

/** Sends what was changed; answers what is wrong with it, for the next round. */
async function save(
  session: Session,
  infos: readonly Info[],
  originals: readonly ApiObject[],
  text: string,
  form: EditForm,
): Promise<string[] | undefined> {
  const { documents, problems } = parseManifest(text);
  const value = documents[0]?.value;
  if (!isFields(value)) {
    return [`The edited file had a syntax error: ${problems[0]?.message ?? ''}`];
  }
  const items = infos.length === 1 ? [value] : ((value['items'] ?? []) as readonly Fields[]);
  const reasons: string[] = [];
  for (const [index, info] of infos.entries()) {
    const before = originals[index];
    const after = items[index] as ApiObject | undefined;
    if (before === undefined || after === undefined) continue;
    if (JSON.stringify(before) === JSON.stringify(after)) {
      session.out(`${shownName(info.object)} skipped\n`);
      continue;
    }
    if (
      before.apiVersion !== after.apiVersion ||
      before.kind !== after.kind ||
      before.metadata.name !== after.metadata.name
    ) {
      session.err('error: At least one of apiVersion, kind and name was changed\n');
      storeCopy(session, text);
      throw new Failure('', { isVerbatim: true });
    }
    try {
      const query = writeQuery(session, 'kubectl-edit');
      const patch = form.patchFor(before, after);
      const subresource = session.flags.text('subresource');
      const patched = await patchObject(session, info, { ...patch, subresource }, query);
      session.out(`${shownName(patched)} edited\n`);
    } catch (error) {
      const failure = asFailure(error);
      if (failure.status?.reason !== 'Invalid') throw failure;
      session.err(
        `error: ${groupResourceOf(info.resource)} ${JSON.stringify(info.name)} is invalid\n`,
      );
      reasons.push(...failureText(failure).trimEnd().split('\n'));
    }
  }
  return reasons.length === 0 ? undefined : reasons;
}

function storeCopy({ err, io }: Session, text: string): void {
  const path = io.files.resolve('/tmp/kubectl-edit.yaml');
  io.files.write(path, text);
  err(`A copy of your changes has been stored to ${JSON.stringify(path)}\n`);
}

function patchBetween(before: ApiObject, after: ApiObject): { type: PatchType; body: unknown } {
  const schema = schemaOf(before.apiVersion, before.kind);
  if (schema === undefined) return { type: 'merge', body: createMergePatch(before, after) };
  const patch = createTwoWayMergePatch(before, after, patchSchemaOf(schema));
  if (!patch.ok) return fail(patch.error.message);
  return { type: 'strategic', body: patch.value };
}
