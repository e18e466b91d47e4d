import { equalJson } from '../../../api/patch/json.ts';
import { fileTarget } from '../builder.ts';
import { groupVersionOf, pathOf, type Resource } from '../discovery.ts';
import { asFailure, fail, isNotFound, type Failure } from '../failure.ts';
import { namesFiles, readObjects } from '../manifests.ts';
import { at, groupOf, listAt, textAt, type ApiObject, type Fields } from '../objects.ts';
import { shownName, valuePrinterOf } from '../printers/values.ts';
import type { Session } from '../session.ts';
import { createObject, dryRunSuffix, throwAll } from '../writing.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** What has to be done so that an object grants at least what a file says. */
interface Reconciliation {
  readonly operation: 'none' | 'create' | 'update' | 'recreate';
  readonly wanted: ApiObject;
  readonly missing: readonly unknown[];
  readonly extra: readonly unknown[];
}

/**
 * kubectl auth reconcile: makes roles grant and bindings bind at least what the files say; other kinds in them are passed
 * over. What is there beyond that stays, unless `--remove-extra-permissions` or `--remove-extra-subjects` is given.
 */
export async function reconcile(session: Session): Promise<void> {
  if (!namesFiles(session)) fail('must specify one of -f and -k');
  if (session.args.length > 0) fail('no arguments are allowed');
  if (session.dryRun === 'server') {
    fail('--dry-run=server for command reconcile is not supported yet');
  }
  const failures: Failure[] = [];
  const printer = valuePrinterOf(session);
  for (const each of await readObjects(session)) {
    if (groupOf(each.object.apiVersion) !== GROUP) continue;
    try {
      const target = await fileTarget(session, each);
      const place = { resource: target.resource, namespace: target.namespace };
      const name = each.object.metadata.name ?? '';
      const found = await session
        .get(pathOf(place.resource, place.namespace, name))
        .catch((error: unknown) => {
          if (isNotFound(error)) return undefined;
          throw error;
        });
      const plan = planOf(session, target.fromFile, found as ApiObject | undefined);
      const after =
        session.dryRun === 'client' ? plan.wanted : await carryOut(session, place, plan);
      if (printer !== undefined) session.out(printer.print(after));
      else session.out(textOf(session, after, plan));
    } catch (error) {
      failures.push(asFailure(error));
    }
  }
  if (printer !== undefined) session.out(printer.end());
  throwAll(failures);
}

function planOf(session: Session, wanted: ApiObject, found: ApiObject | undefined): Reconciliation {
  const isBinding = wanted.kind.endsWith('Binding');
  const field = isBinding ? 'subjects' : 'rules';
  const items = listAt(wanted, field);
  if (found === undefined) return { operation: 'create', wanted, missing: items, extra: [] };
  const old = listAt(found, field);
  // Rules are compared broken down to one verb of one resource, subjects as they are.
  const [wantedItems, oldItems] = isBinding
    ? [items, old]
    : [items.flatMap(brokenDown), old.flatMap(brokenDown)];
  const missing = wantedItems.filter((item) => !oldItems.some((one) => covers(one, item)));
  const extra = oldItems.filter((item) => !wantedItems.some((one) => covers(one, item)));
  const drops = session.flags.bool(
    isBinding ? 'remove-extra-subjects' : 'remove-extra-permissions',
  );
  const hasMoved = isBinding && !equalJson(at(wanted, 'roleRef'), at(found, 'roleRef'));
  const isAggregated = at(wanted, 'aggregationRule') !== undefined;
  const isSame = isAggregated || (missing.length === 0 && !(drops && extra.length > 0));
  const kept = drops ? items : [...old, ...missing];
  const next = { ...found, [field]: kept } as ApiObject;
  if (hasMoved) return { operation: 'recreate', wanted, missing: [], extra: [] };
  return {
    operation: isSame ? 'none' : 'update',
    wanted: isSame ? found : next,
    missing: isAggregated ? [] : missing,
    extra: isAggregated ? [] : extra,
  };
}

function brokenDown(rule: unknown): Fields[] {
  const texts = (field: string): string[] => listAt(rule, field).map(String);
  const names = texts('resourceNames');
  return [
    ...texts('apiGroups').flatMap((group) =>
      texts('resources').flatMap((resource) =>
        texts('verbs').flatMap((verb) => {
          const one = { verbs: [verb], apiGroups: [group], resources: [resource] };
          return names.length === 0
            ? [one]
            : names.map((name) => ({ ...one, resourceNames: [name] }));
        }),
      ),
    ),
    ...texts('nonResourceURLs').flatMap((url) =>
      texts('verbs').map((verb) => ({ verbs: [verb], nonResourceURLs: [url] })),
    ),
  ];
}

/** Whether one grants the other: the same subject, or a rule broken down that is as wide or wider. */
function covers(granted: unknown, wanted: unknown): boolean {
  if (at(granted, 'verbs') === undefined) return equalJson(granted, wanted);
  const isWide = (field: string): boolean => {
    const [own, other] = [listAt(granted, field)[0], listAt(wanted, field)[0]];
    return own === other || own === '*';
  };
  const hasName = listAt(granted, 'resourceNames').length > 0;
  return (
    ['verbs', 'apiGroups', 'resources', 'nonResourceURLs'].every(isWide) &&
    (!hasName || equalJson(at(granted, 'resourceNames'), at(wanted, 'resourceNames')))
  );
}

async function carryOut(
  session: Session,
  place: { readonly resource: Resource; readonly namespace: string },
  { operation, wanted }: Reconciliation,
): Promise<ApiObject> {
  const path = pathOf(place.resource, place.namespace, wanted.metadata.name ?? '');
  const query = session.dryRun === 'server' ? '?dryRun=All' : '';
  if (operation === 'none') return wanted;
  if (operation === 'update') {
    const body = {
      ...wanted,
      kind: place.resource.kind,
      apiVersion: groupVersionOf(place.resource),
    };
    return (await session.ask({ method: 'PUT', path: `${path}${query}`, body })) as ApiObject;
  }
  if (operation === 'recreate') await session.ask({ method: 'DELETE', path: `${path}${query}` });
  return createObject(session, place, wanted, '');
}

function textOf(session: Session, object: ApiObject, plan: Reconciliation): string {
  const { operation, missing, extra } = plan;
  const isBinding = object.kind.endsWith('Binding');
  const what = isBinding ? 'subjects' : 'rules';
  const drops = session.flags.bool(
    isBinding ? 'remove-extra-subjects' : 'remove-extra-permissions',
  );
  let text = `${shownName(object)} reconciled${dryRunSuffix(session)}\n`;
  if (operation !== 'none') text += `\treconciliation required ${operation}\n`;
  const write = isBinding ? subjectText : ruleText;
  const list = (items: readonly unknown[]): string =>
    items.map((item) => `\t\t${write(item as Fields)}\n`).join('');
  if (missing.length > 0) text += `\tmissing ${what} added:\n${list(missing)}`;
  if (extra.length > 0 && drops) text += `\textra ${what} removed:\n${list(extra)}`;
  return text;
}

function ruleText(rule: Fields): string {
  const texts = (field: string): string => `[${listAt(rule, field).map(String).join(' ')}]`;
  return `{Verbs:${texts('verbs')} APIGroups:${texts('apiGroups')} Resources:${texts('resources')} ResourceNames:${texts('resourceNames')} NonResourceURLs:${texts('nonResourceURLs')}}`;
}

function subjectText(subject: Fields): string {
  const text = (field: string): string => textAt(subject, field);
  return `{Kind:${text('kind')} APIGroup:${text('apiGroup')} Name:${text('name')} Namespace:${text('namespace')}}`;
}
