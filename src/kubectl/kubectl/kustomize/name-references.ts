import { fail } from '../failure.ts';
import { stringifyYaml } from '../../../api/manifest/stringify.ts';
import type { NameReference } from './default-fields.ts';
import { visitField, type FieldSpec, type Place } from './field-spec.ts';
import type { ResourceMap } from './resource-map.ts';
import {
  currentId,
  gvkOfResource,
  kindOf,
  nameOf,
  namespaceOf,
  originalId,
  previousIds,
  type Resource,
} from './resource.ts';
import {
  effectiveNamespace,
  gvkText,
  idText,
  isSelected,
  NO_NAMESPACE,
  sameNamespace,
  type Gvk,
} from './resource-id.ts';
import { asJson, isMissing, isTree, own, scalarText, setField, type Tree } from './tree.ts';
import { wrapped } from './wrap.ts';

interface Search {
  readonly referrer: Resource;
  readonly spec: FieldSpec;
  readonly target: Partial<Gvk>;
  readonly candidates: readonly Resource[];
}

/** Writes the new names of resources into the fields that name them (kustomize's nameref filter). */
export function fixReferences(map: ResourceMap, references: readonly NameReference[]): void {
  for (const referrer of map.list) {
    const id = originalId(referrer);
    const jobs = references.flatMap(({ target, referrers }) =>
      referrers.filter((spec) => isSelected(id, spec)).map((spec) => ({ spec, target })),
    );
    if (jobs.length === 0) continue;
    const candidates = couldBeNamed(map, referrer);
    for (const { spec, target } of jobs) {
      const search: Search = { referrer, spec, target, candidates };
      wrapped(
        () => `updating name reference in '${spec.path}' field of '${idText(currentId(referrer))}'`,
        () =>
          visitField(
            referrer.tree,
            { ...gvkOfResource(referrer), path: spec.path, create: spec.create === true },
            { at: (place) => fix(place, search) },
          ),
      );
    }
  }
}

/** Resources of the referrer's namespace, those outside namespaces, and accounts that a RoleBinding names elsewhere. */
function couldBeNamed(map: ResourceMap, referrer: Resource): readonly Resource[] {
  const id = currentId(referrer);
  if (id.isClusterScoped) return map.list;
  const elsewhere = new Set<string>();
  const subjects = kindOf(referrer) === 'RoleBinding' ? own(referrer.tree, 'subjects') : undefined;
  for (const subject of Array.isArray(subjects) ? subjects : []) {
    const namespace = own(subject, 'namespace');
    if (own(subject, 'kind') === 'ServiceAccount' && typeof namespace === 'string') {
      elsewhere.add(namespace);
    }
  }
  return map.list.filter((each) => {
    const other = currentId(each);
    return other.isClusterScoped || sameNamespace(other, id) || elsewhere.has(namespaceOf(each));
  });
}

function fix(place: Place, search: Search): void {
  const value = place.get();
  if (isMissing(value)) return;
  if (Array.isArray(value)) {
    for (const [i, each] of value.entries()) {
      if (isMissing(each)) continue;
      if (isTree(each)) fixMap(each, search);
      else fixName({ get: () => value[i] as unknown, set: (name) => (value[i] = name) }, search);
    }
  } else if (isTree(value)) fixMap(value, search);
  else fixName(place, search);
}

function fixName(place: Place, search: Search): void {
  const name = scalarText(place.get());
  const found = chosen(name, search.candidates, search, false);
  if (found !== undefined && nameOf(found) !== name) place.set(nameOf(found));
}

/** A map with a name and perhaps a namespace: both follow what they mean. */
function fixMap(map: Tree, search: Search): void {
  const name = own(map, 'name');
  if (name === undefined) fail("path config error; no 'name' field in node");
  const found = chosen(scalarText(name), inNamespace(map, search.candidates), search, true);
  if (found === undefined) return;
  const namespace = namespaceOf(found);
  if (nameOf(found) === name && namespace === '') return;
  setField(map, 'name', nameOf(found));
  if (namespace !== '') setField(map, 'namespace', namespace);
}

function inNamespace(map: Tree, candidates: readonly Resource[]): readonly Resource[] {
  const value = own(map, 'namespace');
  if (value === undefined) return candidates;
  const namespace = scalarText(value);
  const of = (by: (each: Resource) => string): readonly Resource[] =>
    namespace === NO_NAMESPACE ? [] : candidates.filter((each) => by(each) === namespace);
  const original = of((each) => effectiveNamespace(originalId(each)));
  return original.length > 0 ? original : of((each) => effectiveNamespace(currentId(each)));
}

/** The one resource that a name means; undefined when none does. */
function chosen(
  name: string,
  all: readonly Resource[],
  { referrer, spec, target }: Search,
  comparesNamespaces: boolean,
): Resource | undefined {
  const role = spec.path.endsWith('roleRef/name') ? roleOf(referrer) : undefined;
  const own = currentId(referrer);
  let candidates = all.filter((each) => {
    const ids = previousIds(each);
    if (!ids.some((id) => id.name === name)) return false;
    if (!ids.some((id) => isSelected(id, target))) return false;
    if (role !== undefined && !ids.some((id) => isSelected(id, role))) return false;
    const id = currentId(each);
    const isFree = own.isClusterScoped || id.isClusterScoped || kindOf(each) === 'ServiceAccount';
    return isFree || sameNamespace(own, id);
  });
  if (candidates.length === 1) return candidates[0];
  candidates = candidates.filter((each) => sameAffixes(each, referrer, true));
  if (candidates.length > 1) {
    candidates = candidates.filter((each) => sameAffixes(each, referrer, false));
  }
  const [first] = candidates;
  if (first === undefined || candidates.length === 1) return first;
  const isSame = candidates.every(
    (each) =>
      nameOf(each) === nameOf(first) &&
      (!comparesNamespaces || namespaceOf(each) === namespaceOf(first)),
  );
  return isSame ? first : refuseMany(candidates, referrer);
}

function roleOf(referrer: Resource): Partial<Gvk> | undefined {
  const role = own(referrer.tree, 'roleRef');
  const [group, kind] = [own(role, 'apiGroup'), own(role, 'kind')];
  if (isMissing(group) || isMissing(kind)) return undefined;
  return { group: scalarText(group), kind: scalarText(kind) };
}

/** Whether two were given the same prefixes and suffixes by the outermost kustomizations. */
function sameAffixes(a: Resource, b: Resource, allowsEmpty: boolean): boolean {
  const fits = (x: readonly string[], y: readonly string[]): boolean =>
    (allowsEmpty && (x.length === 0 || y.length === 0)) || sameEnding(x, y);
  return fits(a.prefixes, b.prefixes) && fits(a.suffixes, b.suffixes);
}

function sameEnding(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length > b.length ? [b, a] : [a, b];
  if (short.length === 0) return long.length === 0;
  const offset = long.length - short.length;
  return short.every((each, i) => each === long[i + offset]);
}

function refuseMany(candidates: readonly Resource[], referrer: Resource): never {
  const ids = candidates.map((each) => idText(currentId(each))).join(', ');
  const yaml = (each: Resource): string => stringifyYaml(asJson(each.tree));
  const details = candidates
    .map((each, i) => `--- possible referral ${i}:\n${yaml(each)}\n`)
    .join('');
  return fail(
    `found multiple possible referrals: ${ids}\n\n**** Too many possible referral targets to referrer:\n${yaml(referrer)}\n${details}`,
  );
}

/** For messages: the kinds that a config names. */
export function gvkTexts(specs: readonly FieldSpec[]): string {
  return `[${specs.map(gvkText).join(' ')}]`;
}
