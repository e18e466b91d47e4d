import { parseManifest } from '../../../api/manifest/parse.ts';
import { equalJson } from '../../../api/patch/json.ts';
import { applyJsonPatch } from '../../../api/patch/json-patch.ts';
import { applyMergePatch } from '../../../api/patch/merge-patch.ts';
import { collect, localInfos, targetsOf, type Info } from '../builder.ts';
import { groupVersionOf } from '../discovery.ts';
import { asFailure, fail, Failure } from '../failure.ts';
import { shownName, valuePrinterOf } from '../printers/values.ts';
import type { Session } from '../session.ts';
import { patchObject, throwAll, writeQuery, type PatchType } from '../writing.ts';

/** kubectl patch: sends a patch as it was written. */
export async function patch(session: Session): Promise<void> {
  const { flags, io } = session;
  const file = flags.text('patch-file');
  if (flags.text('patch') === '' && file === '') {
    fail('must specify --patch or --patch-file containing the contents of the patch');
  }
  if (flags.text('patch') !== '' && file !== '') {
    fail('cannot specify --patch and --patch-file together');
  }
  const type = flags.text('type').toLowerCase();
  if (!isPatchType(type)) {
    fail(`--type must be one of [json merge strategic], not ${JSON.stringify(flags.text('type'))}`);
  }
  const text = file === '' ? flags.text('patch') : io.files.read(io.files.resolve(file));
  if (text === undefined)
    fail(`unable to read patch file: open ${file}: no such file or directory`);
  const body = readPatch(text);
  const targets = await targetsOf(session);
  const subresource = flags.text('subresource');
  const { infos, failures } = flags.bool('local')
    ? localInfos(targets)
    : await collect(session, targets, { subresource });
  const all: Failure[] = [...failures];
  const printer = valuePrinterOf(session);
  for (const info of infos) {
    try {
      const after =
        session.dryRun === 'client' || flags.bool('local')
          ? locally(info.object, body, type)
          : await patchObject(
              session,
              info,
              { type, body, subresource },
              writeQuery(session, 'kubectl-patch'),
            );
      if (printer === undefined) {
        const change = equalJson(info.object, after) ? ' (no change)' : '';
        session.out(`${shownName(after)} patched${change}\n`);
      } else {
        // Each object has a printer of its own here, so that nothing parts documents.
        const own = valuePrinterOf(session);
        session.out(`${own?.print(after) ?? ''}${own?.end() ?? ''}`);
      }
    } catch (error) {
      all.push(named(asFailure(error), type, info));
    }
  }
  throwAll(all);
}

/** A form of patch that a kind does not take is said in kubectl's own words. */
function named(failure: Failure, type: PatchType, { resource }: Info): Failure {
  if (failure.status?.reason !== 'UnsupportedMediaType' || type !== 'strategic') return failure;
  const kind = `${groupVersionOf(resource)}, Kind=${resource.kind}`;
  return new Failure(
    `application/strategic-merge-patch+json is not supported by ${kind}: ${failure.message}`,
  );
}

function isPatchType(type: string): type is PatchType {
  return type === 'json' || type === 'merge' || type === 'strategic';
}

/** A patch may be JSON or YAML. */
function readPatch(text: string): unknown {
  const [document] = parseManifest(text).documents;
  if (document?.value === undefined) {
    const problem = parseManifest(text).problems[0]?.message ?? '';
    fail(`unable to parse ${JSON.stringify(text)}: yaml: ${problem}`);
  }
  return document.value;
}

function locally(object: unknown, body: unknown, type: PatchType): unknown {
  if (type !== 'json') return applyMergePatch(object, body);
  const result = applyJsonPatch(object, body);
  return result.ok ? result.value : fail(result.error.message);
}
