import { structuredPatch } from 'diff';
import { stringifyYaml } from '../../../api/manifest/stringify.ts';
import { fileTarget } from '../builder.ts';
import { pathOf } from '../discovery.ts';
import { asFailure, Failure, isNotFound } from '../failure.ts';
import { selectedObjects } from '../file-selection.ts';
import { namesFiles, readObjects } from '../manifests.ts';
import { fieldsAt, withField, type ApiObject } from '../objects.ts';
import { withoutManaged } from '../printers/values.ts';
import type { Session } from '../session.ts';
import { createObject, LAST_APPLIED, patchObject, type PatchType } from '../writing.ts';
import { applyPatchFor } from './apply/patch.ts';
import type { FileTarget } from './apply/apply.ts';

/** kubectl diff: what an apply would change. Exit status 1 when it would change something, 2 and more for failures. */
export async function diff(session: Session): Promise<number> {
  if (!namesFiles(session)) {
    throw new Failure('must specify one of -f and -k', { exitCode: 2 });
  }
  const files: { readonly name: string; readonly live: string; readonly merged: string }[] = [];
  try {
    const objects = selectedObjects(session, await readObjects(session, { validates: true }));
    for (const each of objects) {
      const target = {
        ...(await fileTarget(session, each)),
        name: each.object.metadata.name ?? '',
      };
      files.push(await compared(session, target));
    }
  } catch (error) {
    const failure = asFailure(error);
    throw new Failure(failure.message, {
      ...(failure.status === undefined ? {} : { status: failure.status }),
      ...(failure.many === undefined ? {} : { many: failure.many }),
      isVerbatim: failure.isVerbatim,
      // An object that is found invalid is told of apart from what went wrong.
      exitCode: 2,
    });
  }
  // Two folders are compared, as the real one does with `diff -u -N`.
  const [left, right] = ['/tmp/LIVE-1', '/tmp/MERGED-1'];
  let differs = false;
  for (const { name, live, merged } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (live === merged) continue;
    differs = true;
    session.out(
      unified(`${left}/${name}`, `${right}/${name}`, live, merged, session.context.now()),
    );
  }
  return differs ? 1 : 0;
}

async function compared(
  session: Session,
  target: FileTarget,
): Promise<{ name: string; live: string; merged: string }> {
  const path = pathOf(target.resource, target.namespace, target.name);
  const live = (await session.get(path).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  })) as ApiObject | undefined;
  const merged = await dryRunOf(session, target, live);
  const { group, version, kind } = target.resource;
  const type = group === '' ? `${version}.${kind}` : `${group}.${version}.${kind}`;
  const name = `${type}.${target.namespace}.${target.name}`;
  const shown = masked(live, merged);
  return { name, live: textOf(session, shown.live), merged: textOf(session, shown.merged) };
}

async function dryRunOf(
  session: Session,
  target: FileTarget,
  live: ApiObject | undefined,
): Promise<ApiObject> {
  const { flags } = session;
  const query = {
    dryRun: 'All',
    fieldManager: flags.text('field-manager') || 'kubectl-client-side-apply',
  };
  if (flags.bool('server-side')) {
    const manager = flags.has('field-manager') ? flags.text('field-manager') : 'kubectl';
    return patchObject(
      session,
      target,
      { type: 'apply' as PatchType, body: target.fromFile },
      { ...query, fieldManager: manager, force: flags.bool('force-conflicts') },
    );
  }
  if (live === undefined) {
    const dry: Session = { ...session, dryRun: 'server' };
    return createObject(dry, target, target.fromFile, 'kubectl-client-side-apply');
  }
  // The annotation that apply keeps is no part of what is compared; there are annotations, if only none.
  const { [LAST_APPLIED]: _, ...annotations } = target.fromFile.metadata.annotations ?? {};
  const metadata = { ...target.fromFile.metadata, annotations };
  const patch = applyPatchFor(live, { ...target.fromFile, metadata }, true);
  return Object.keys(patch.body).length === 0 ? live : patchObject(session, target, patch, query);
}

function textOf({ flags }: Session, object: ApiObject | undefined): string {
  if (object === undefined) return '';
  return stringifyYaml(flags.bool('show-managed-fields') ? object : withoutManaged(object));
}

/** Values of Secrets are not shown, only that they differ. */
function masked(
  live: ApiObject | undefined,
  merged: ApiObject,
): { live: ApiObject | undefined; merged: ApiObject } {
  if (merged.kind !== 'Secret') return { live, merged };
  const before = fieldsAt(live, 'data');
  const after = fieldsAt(merged, 'data');
  const hidden = (
    own: Readonly<Record<string, unknown>>,
    other: Readonly<Record<string, unknown>>,
    word: string,
  ) =>
    Object.fromEntries(
      Object.keys(own).map((key) => [
        key,
        Object.hasOwn(other, key) && other[key] !== own[key] ? `*** (${word})` : '***',
      ]),
    );
  return {
    live:
      live === undefined
        ? undefined
        : (withField(live, ['data'], hidden(before, after, 'before')) as ApiObject),
    merged: withField(merged, ['data'], hidden(after, before, 'after')) as ApiObject,
  };
}

function unified(left: string, right: string, live: string, merged: string, now: number): string {
  const patch = structuredPatch(left, right, live, merged, '', '', { context: 3 });
  const iso = new Date(now).toISOString();
  const time = `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${iso.slice(20, 23)}000000 +0000`;
  const epoch = '1970-01-01 00:00:00.000000000 +0000';
  let text = `diff -u -N ${left} ${right}\n--- ${left}\t${live === '' ? epoch : time}\n+++ ${right}\t${time}\n`;
  for (const hunk of patch.hunks) {
    const range = (start: number, count: number): string =>
      count === 1 ? `${start}` : `${count === 0 ? start : start},${count}`;
    const oldStart = hunk.oldLines === 0 ? 0 : hunk.oldStart;
    text += `@@ -${range(oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@\n`;
    text += hunk.lines.map((line) => `${line}\n`).join('');
  }
  return text;
}
