import { labelValueErrors } from '../../../api/names/qualified-name.ts';
import { createMergePatch } from '../../../api/patch/merge-patch.ts';
import { collect, localInfos, targetsOf, type Info } from '../builder.ts';
import { asFailure, fail, Failure } from '../failure.ts';
import { groupOf, withField, type ApiObject } from '../objects.ts';
import { shownName, valuePrinterOf } from '../printers/values.ts';
import type { Session } from '../session.ts';
import { dryRunSuffix, patchObject, throwAll, writeQuery } from '../writing.ts';

interface Changes {
  readonly set: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
}

type MapField = 'labels' | 'annotations';

/** kubectl label: sets and removes labels. */
export const label = changeMap('labels');
/** kubectl annotate: the same for annotations. */
export const annotate = changeMap('annotations');

function changeMap(field: MapField): (session: Session) => Promise<void> {
  const word = field === 'labels' ? 'label' : 'annotation';
  return async (session) => {
    const { flags, args } = session;
    const isPair = (arg: string): boolean => /.=|.-$/.test(arg) && !arg.startsWith('-');
    const first = args.findIndex(isPair);
    const resources = first < 0 ? args : args.slice(0, first);
    const pairs = first < 0 ? [] : args.slice(first);
    const isListing = flags.bool('list');
    if (pairs.length === 0 && !isListing) fail(`at least one ${word} update is required`);
    const changes = field === 'labels' ? labelChanges(pairs) : annotationChanges(pairs);
    const targets = await targetsOf(session, { args: resources, takesSelectors: true });
    const { infos, failures } = flags.bool('local')
      ? localInfos(targets)
      : await collect(session, targets);
    if (flags.text('resource-version') !== '' && infos.length > 1) {
      fail('--resource-version may only be used with a single resource');
    }
    const all: Failure[] = [...failures];
    for (const info of infos) {
      try {
        await changeOne(session, info, { field, changes, isSingle: infos.length === 1 });
      } catch (error) {
        all.push(asFailure(error));
      }
    }
    throwAll(all);
  };
}

function labelChanges(pairs: readonly string[]): Changes {
  const set = new Map<string, string>();
  const removed: string[] = [];
  for (const pair of pairs) {
    if (pair.includes('=')) {
      const parts = pair.split('=');
      const [key = '', value = ''] = parts;
      if (parts.length !== 2) fail(`invalid label spec: ${pair}`);
      const errors = labelValueErrors(value);
      if (errors.length > 0) {
        fail(`invalid label value: ${JSON.stringify(pair)}: ${errors.join(';')}`);
      }
      set.set(key, value);
    } else if (pair.endsWith('-')) removed.push(pair.slice(0, -1));
    else fail(`unknown label spec: ${pair}`);
  }
  const both = removed.find((each) => set.has(each));
  if (both !== undefined) fail('can not both modify and remove a label in the same command');
  return { set, removed };
}

function annotationChanges(pairs: readonly string[]): Changes {
  const set = new Map<string, string>();
  const removed: string[] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals > 0) set.set(pair.slice(0, equals), pair.slice(equals + 1));
    else if (pair.endsWith('-')) removed.push(pair.slice(0, -1));
    else fail(`invalid annotation format: ${pair}`);
  }
  if (removed.some((each) => set.has(each))) {
    fail(
      'can not both modify and remove the following annotation(s) in the same command: ' +
        removed.filter((each) => set.has(each)).join(', '),
    );
  }
  return { set, removed };
}

interface Change {
  readonly field: MapField;
  readonly changes: Changes;
  readonly isSingle: boolean;
}

async function changeOne(
  session: Session,
  info: Info,
  { field, changes, isSingle }: Change,
): Promise<void> {
  const { flags } = session;
  const before = info.object;
  const current = before.metadata[field] ?? {};
  if (!flags.bool('overwrite')) refuseOverwriting(field, current, changes);
  const map: Record<string, string> = { ...current };
  for (const [key, value] of changes.set) map[key] = value;
  for (const key of changes.removed) {
    if (field === 'labels' && session.dryRun !== 'client' && !Object.hasOwn(current, key)) {
      session.out(`label ${JSON.stringify(key)} not found.\n`);
    }
    delete map[key];
  }
  let after = withField(before, ['metadata', field], map);
  const version = flags.text('resource-version');
  if (version !== '') after = withField(after, ['metadata', 'resourceVersion'], version);
  let result: unknown = after;
  const hasChanges = changes.set.size + changes.removed.length > 0;
  if (hasChanges && session.dryRun !== 'client' && !flags.bool('local')) {
    const patch = createMergePatch(before, after);
    result = await patchObject(
      session,
      info,
      { type: 'merge', body: patch },
      writeQuery(session, field === 'labels' ? 'kubectl-label' : 'kubectl-annotate'),
    );
  }
  if (flags.bool('list')) {
    listMap(session, info, field, result as ApiObject, isSingle);
    return;
  }
  const printer = valuePrinterOf(session);
  if (printer !== undefined) {
    session.out(printer.print(result) + printer.end());
    return;
  }
  const operation =
    field === 'annotations' ? 'annotated' : labelOperation(before, after, flags.bool('overwrite'));
  session.out(`${shownName(result)} ${operation}${dryRunSuffix(session)}\n`);
}

/** Upstream compares the lengths of the two texts. */
function labelOperation(before: unknown, after: unknown, overwrites: boolean): string {
  const [old, fresh] = [JSON.stringify(before), JSON.stringify(after)];
  if (old === fresh) return 'not labeled';
  return !overwrites && fresh.length < old.length ? 'unlabeled' : 'labeled';
}

function refuseOverwriting(
  field: MapField,
  current: Readonly<Record<string, string>>,
  { set }: Changes,
): void {
  const taken = [...set].filter(
    ([key, value]) => Object.hasOwn(current, key) && current[key] !== value,
  );
  if (taken.length === 0) return;
  if (field === 'labels') {
    fail(
      taken
        .map(([key]) => `'${key}' already has a value (${current[key]}), and --overwrite is false`)
        .join('\n'),
    );
  }
  const texts = taken.map(([key]) => `'${key}' already has a value (${current[key]})`);
  fail(`--overwrite is false but found the following declared annotation(s): ${texts.join('; ')}`);
}

function listMap(
  session: Session,
  { name }: Info,
  field: MapField,
  object: ApiObject,
  isSingle: boolean,
): void {
  if (!isSingle) {
    session.err(`Listing ${field} for ${object.kind}.${groupOf(object.apiVersion)}/${name}:\n`);
  }
  const indent = isSingle ? '' : ' ';
  for (const [key, value] of Object.entries(object.metadata[field] ?? {})) {
    session.out(`${indent}${key}=${value}\n`);
  }
}
