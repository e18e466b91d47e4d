import { nothing } from '../../../api/manifest/kyaml.ts';
import { fail } from '../failure.ts';
import { gvkOf, idText, isSelected, type Gvk } from './resource-id.ts';
import { isTree, lookUp, own, scalarText, setField, type Tree } from './tree.ts';
import { wrapped } from './wrap.ts';

/** A field of some kinds that a transformer works on. */
export interface FieldSpec extends Partial<Gvk> {
  readonly path: string;
  readonly create?: boolean;
}

/** A place in a tree, for reading and writing. */
export interface Place {
  get(): unknown;
  set(value: unknown): void;
}

export interface Visit {
  /** What to make where the path ends at nothing and the spec says `create`; undefined: never. */
  readonly creates?: 'map' | 'scalar';
  readonly at: (place: Place) => void;
}

/** Calls `at` for every place in an object to which a spec leads; lists on the way are gone through. */
export function visitField(tree: Tree, spec: FieldSpec, visit: Visit): void {
  const gvk = gvkOf(scalarText(own(tree, 'apiVersion')), scalarText(own(tree, 'kind')));
  if (!isSelected(gvk, spec)) return;
  const path = pathSteps(spec.path, '/');
  const id = {
    ...gvk,
    name: scalarText(lookUp(tree, 'metadata', 'name')),
    namespace: scalarText(lookUp(tree, 'metadata', 'namespace')),
  };
  wrapped(`considering field '${spec.path}' of object ${idText(id)}`, () => {
    descend({ get: () => tree, set: () => undefined }, path, spec.create === true, visit);
  });
}

function descend(place: Place, path: readonly string[], creates: boolean, visit: Visit): void {
  const [step, ...rest] = path;
  if (step === undefined) {
    visit.at(place);
    return;
  }
  const value = place.get();
  if (value === undefined || value === null || value === nothing) return;
  if (Array.isArray(value)) {
    wrapped(`visit traversal on path: [${path.join(' ')}]`, () => {
      for (const i of value.keys()) descend(placeIn(value, i), path, creates, visit);
    });
    return;
  }
  if (!isTree(value)) fail('expected sequence or mapping node');
  const key = step.replace(/\[\]$/, '');
  if (key === '') fail('cannot set or create an empty field name');
  const isList = key !== step;
  const makes = creates && visit.creates !== undefined && !isList;
  let kind: 'map' | 'scalar' | 'list' | undefined;
  if (makes) kind = rest.length === 0 ? visit.creates : 'map';
  else if (isList) kind = 'list';
  const found = own(value as Tree, key);
  if (found === undefined && !makes) return;
  if (found === undefined || ((found === null || found === nothing) && kind !== undefined)) {
    setField(value as Tree, key, kind === 'map' ? {} : kind === 'list' ? [] : '');
  }
  descend(placeIn(value as Tree, key), rest, creates, visit);
}

function placeIn(parent: Tree | unknown[], key: string | number): Place {
  return Array.isArray(parent)
    ? {
        get: () => parent[Number(key)],
        set: (value) => {
          parent[Number(key)] = value;
        },
      }
    : { get: () => own(parent, String(key)), set: (value) => setField(parent, String(key), value) };
}

/** The steps of a path; a backslash keeps a delimiter. */
export function pathSteps(path: string, delimiter: string): string[] {
  const parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === '') parts.shift();
  const steps: string[] = [];
  for (const part of parts) {
    const last = steps.at(-1);
    if (last?.endsWith('\\')) steps[steps.length - 1] = last.slice(0, -1) + delimiter + part;
    else steps.push(part);
  }
  return steps;
}

/** The steps of a path with dots, in which brackets hold together what has dots of its own. */
export function bracketSteps(path: string): string[] {
  const steps: string[] = [];
  const parts = pathSteps(path, '.');
  for (let i = 0; i < parts.length; i++) {
    let step = parts[i] ?? '';
    if (!step.startsWith('[') || step.endsWith(']')) {
      steps.push(step);
      continue;
    }
    while (i + 1 < parts.length) {
      i += 1;
      step += `.${parts[i] ?? ''}`;
      if (step.endsWith(']')) break;
    }
    steps.push(step.includes('=') ? step : step.replace(/^[[\]]+|[[\]]+$/g, ''));
  }
  return steps;
}

/** Adds specs that are not there yet; the same field with another `create` is a conflict. */
export function mergedSpecs(
  specs: readonly FieldSpec[],
  more: readonly FieldSpec[],
): readonly FieldSpec[] {
  const result = [...specs];
  for (const spec of more) {
    const same = result.find((each) => each.path === spec.path && isSelected(gvkFull(each), spec));
    if (same === undefined) result.push(spec);
    else if ((same.create ?? false) !== (spec.create ?? false)) fail('conflicting fieldspecs');
  }
  return result;
}

function gvkFull({ group = '', version = '', kind = '' }: FieldSpec): Gvk {
  return { group, version, kind };
}
