import type { ManifestKubernetesObject } from './manifest.ts';
import { manifestLimits } from './problem.ts';
import { joinIndex, joinKey } from './field-path.ts';

/** Where the objects of a document go, and the complaints about what is none. */
export interface CheckSink {
  accept(object: ManifestKubernetesObject, path: string): void;
  refuse(path: string, message: string, severity: 'error' | 'warning'): void;
}

/**
 * Looks for the Kubernetes objects in a document: the document itself, or the items of a List (of a PodList, …),
 * Lists in Lists too. What is no object, or lacks what every object needs, is refused with its place.
 */
export function checkObject(value: unknown, path: string, sink: CheckSink, depth = 0): void {
  if (!isMap(value)) {
    sink.refuse(path, notAnObject(value, path), 'error');
    return;
  }
  const kind = value['kind'];
  const items = value['items'];
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    if (depth >= manifestLimits.depth) return;
    for (const [index, item] of items.entries()) {
      checkObject(item, joinIndex(joinKey(path, 'items'), index), sink, depth + 1);
    }
    return;
  }
  const complaints = complaintsAbout(value);
  for (const { field, message } of complaints) {
    sink.refuse(path === '' ? field : `${path}.${field}`, message, 'error');
  }
  if (complaints.length === 0) sink.accept(value as ManifestKubernetesObject, path);
}

interface Complaint {
  readonly field: string;
  readonly message: string;
}

function complaintsAbout(value: Readonly<Record<string, unknown>>): Complaint[] {
  const complaints: Complaint[] = [];
  const kind = value['kind'];
  const what = typeof kind === 'string' && kind !== '' ? `This ${kind}` : 'This object';
  for (const field of ['apiVersion', 'kind']) {
    const given = value[field];
    if (given === undefined || given === null || given === '') {
      complaints.push({ field, message: `${what} has no ${field}. ${examples[field] ?? ''}` });
    } else if (typeof given !== 'string') {
      complaints.push({ field, message: `The ${field} must be text, not ${typeName(given)}.` });
    }
  }
  return [...complaints, ...complaintsAboutMetadata(value['metadata'], what)];
}

const examples: Readonly<Record<string, string>> = {
  apiVersion: 'For example: apiVersion: apps/v1.',
  kind: 'For example: kind: Deployment.',
};

function complaintsAboutMetadata(metadata: unknown, what: string): Complaint[] {
  if (metadata !== undefined && metadata !== null && !isMap(metadata)) {
    return [{ field: 'metadata', message: `metadata must be a map, not ${typeName(metadata)}.` }];
  }
  const name = metadata?.['name'];
  const generateName = metadata?.['generateName'];
  if (typeof name === 'string' ? name !== '' : name !== undefined && name !== null) return [];
  if (typeof generateName === 'string' && generateName !== '') return [];
  return [
    { field: 'metadata.name', message: `${what} has no metadata.name. Every object needs a name.` },
  ];
}

function notAnObject(value: unknown, path: string): string {
  const where = path === '' ? 'This document' : 'This item of the List';
  return `${where} is ${typeName(value)}, not a Kubernetes object. An object begins with apiVersion, kind and metadata.`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'a map';
  }
}
