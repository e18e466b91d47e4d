import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { joinIndex, joinKey, parseFieldPath, type PathStep } from './field-path.ts';
import type { Manifest, ManifestDocument, ManifestObject } from './manifest.ts';
import { offsetOf, type SourceSpan, spanOf } from './source-position.ts';

/** Where a field stands, or the nearest thing around it where the field itself is not in the text. */
export interface FieldPosition extends SourceSpan {
  /** False when the position is that of an ancestor. */
  readonly exact: boolean;
}

/** The position of a field of an object, by a path as the API writes it (`spec.containers[0].image`). */
export function positionOf(object: ManifestObject, fieldPath: string): FieldPosition {
  return locate(object.document, [...parseFieldPath(object.path), ...parseFieldPath(fieldPath)]);
}

/** The same in a document, from its top. */
export function spanOfPath(document: ManifestDocument, path: string): FieldPosition {
  return locate(document, parseFieldPath(path));
}

/** A node with the key that leads to it. */
interface Place {
  readonly node: ParsedNode | null;
  readonly key: ParsedNode | undefined;
}

function locate(document: ManifestDocument, steps: readonly PathStep[]): FieldPosition {
  let place: Place = { node: document.source.root, key: undefined };
  let exact = true;
  for (const step of steps) {
    const next = placeInside(place.node, step);
    if (next === undefined) {
      exact = false;
      break;
    }
    place = next;
  }
  return { ...spanOfPlace(place, document, exact), exact };
}

function placeInside(node: ParsedNode | null, step: PathStep): Place | undefined {
  if (isMap(node)) {
    if (step.type === 'named') return undefined;
    return pairOf(node, step.type === 'field' ? step.name : step.text);
  }
  if (!isSeq(node)) return undefined;
  const items = node.items as readonly ParsedNode[];
  if (step.type === 'bracket') {
    const item = /^\d+$/.test(step.text) ? items[Number(step.text)] : undefined;
    return item === undefined ? undefined : { node: item, key: undefined };
  }
  if (step.type === 'named') {
    const item = items.find((each) => isMap(each) && textAt(each, 'name') === step.name);
    return item === undefined ? undefined : { node: item, key: undefined };
  }
  // The API leaves the index out in a few messages (`spec.hostAliases.ip`): the first item that has the field.
  for (const item of items) {
    const place = isMap(item) ? pairOf(item, step.name) : undefined;
    if (place !== undefined) return place;
  }
  return undefined;
}

function pairOf(map: { readonly items: readonly unknown[] }, name: string): Place | undefined {
  const pairs = map.items as readonly { key: ParsedNode; value: ParsedNode | null }[];
  const pair = pairs.find(({ key }) => isScalar(key) && String(key.value) === name);
  return pair === undefined ? undefined : { node: pair.value, key: pair.key };
}

function textAt(map: { readonly items: readonly unknown[] }, name: string): string | undefined {
  const node = pairOf(map, name)?.node;
  return isScalar(node) ? String(node.value) : undefined;
}

/** A scalar is shown itself, a map or list by the key that leads to it, a list's item by its first key. */
function spanOfPlace(place: Place, document: ManifestDocument, exact: boolean): SourceSpan {
  const { offset, lineStarts } = document.source;
  const node = placeToShow(place, exact);
  if (node === undefined) return firstLineOf(document);
  const [from, to] = node.range;
  return spanOf(lineStarts, from + offset, Math.max(to, from + 1) + offset);
}

function placeToShow({ node, key }: Place, exact: boolean): ParsedNode | undefined {
  const isEmpty = node === null || (isScalar(node) && node.range[0] === node.range[1]);
  if (key !== undefined && (isEmpty || !exact || isMap(node) || isSeq(node))) return key;
  if (isMap(node)) {
    const kind = key === undefined && !exact ? pairOf(node, 'kind')?.key : undefined;
    return kind ?? (node.items[0]?.key as ParsedNode | undefined) ?? node;
  }
  return node ?? undefined;
}

function firstLineOf(document: ManifestDocument): SourceSpan {
  const { line, column } = document.span;
  return { line, column, endLine: line, endColumn: column + 1 };
}

/** What stands at a place of the text. */
export interface FieldAtPosition {
  readonly document: ManifestDocument;
  /** The path from the document's top; the place itself may be the field's key or its value. */
  readonly path: string;
  readonly on: 'key' | 'value';
}

/** The innermost field around a place of the text (line and column from 1); undefined outside of all documents. */
export function fieldPathAt(
  manifest: Manifest,
  line: number,
  column: number,
): FieldAtPosition | undefined {
  const first = manifest.documents[0];
  if (first === undefined) return undefined;
  const at = offsetOf(first.source.lineStarts, line, column, manifest.text.length);
  const document = manifest.documents.findLast((each) => startOf(each) <= at);
  if (document === undefined) return undefined;
  const root = document.source.root;
  const found = root === null ? undefined : descend(root, at - document.source.offset);
  return { document, path: found?.path ?? '', on: found?.on ?? 'value' };
}

function startOf(document: ManifestDocument): number {
  return (document.source.root?.range[0] ?? 0) + document.source.offset;
}

function descend(root: ParsedNode, at: number): { path: string; on: 'key' | 'value' } {
  let node: ParsedNode | null = root;
  let path = '';
  for (;;) {
    if (isMap(node)) {
      const pairs = node.items as readonly { key: ParsedNode; value: ParsedNode | null }[];
      const pair = pairs.findLast(({ key }) => key.range[0] <= at);
      if (pair === undefined) return { path, on: 'value' };
      path = joinKey(path, isScalar(pair.key) ? String(pair.key.value) : '');
      if (at <= pair.key.range[1] || pair.value === null) {
        return { path, on: at <= pair.key.range[1] ? 'key' : 'value' };
      }
      node = pair.value;
    } else if (isSeq(node)) {
      const items = node.items as readonly ParsedNode[];
      const index = items.findLastIndex((item) => item.range[0] <= at);
      if (index === -1) return { path, on: 'value' };
      path = joinIndex(path, index);
      node = items[index] ?? null;
    } else {
      return { path, on: 'value' };
    }
  }
}
