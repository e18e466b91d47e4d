import { forbidden, invalid, required } from '../field-errors.ts';
import type { KubernetesObject, ObjectMeta, OwnerReference } from '../generated/types.ts';
import { goQuote } from '../go-text.ts';
import { dns1035LabelErrors, dns1123LabelErrors, dns1123SubdomainErrors } from '../names/dns.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { addMessages, checkNonNegative, type Errors, immutableMessage } from './fields.ts';
import { checkAnnotations, checkLabels } from './labels.ts';

/** How the names of a kind are checked; `isPrefix` for a generateName, to which something will be added. */
export type NameCheck = (name: string, isPrefix: boolean) => readonly string[];

export const subdomainName: NameCheck = (name, isPrefix) =>
  dns1123SubdomainErrors(isPrefix ? maskTrailingDash(name) : name);
export const labelName: NameCheck = (name, isPrefix) =>
  dns1123LabelErrors(isPrefix ? maskTrailingDash(name) : name);
export const label1035Name: NameCheck = (name, isPrefix) =>
  dns1035LabelErrors(isPrefix ? maskTrailingDash(name) : name);

/** A prefix may end with a dash, as the random letters that follow make the name whole. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

/** The metadata of a new object (upstream: ValidateObjectMeta). */
export function checkObjectMeta(
  meta: ObjectMeta,
  namespaced: boolean,
  nameCheck: NameCheck,
  errors: Errors,
): void {
  const { generateName = '', name = '', namespace = '' } = meta;
  if (generateName !== '') checkGenerateName(generateName, nameCheck, errors);
  if (name === '') {
    errors.push(required('metadata.name', 'name or generateName is required'));
  } else {
    addMessages(nameCheck(name, false), name, 'metadata.name', errors);
  }
  if (namespaced) checkNamespace(namespace, errors);
  else if (namespace !== '') {
    errors.push(forbidden('metadata.namespace', 'not allowed on this type'));
  }
  checkNonNegative(meta.generation, 'metadata.generation', errors);
  checkCommon(meta, errors);
  if (meta.finalizers !== undefined) checkFinalizers(meta.finalizers, errors);
}

function checkFinalizers(finalizers: readonly string[], errors: Errors): void {
  for (const finalizer of finalizers) {
    addMessages(qualifiedNameErrors(finalizer), finalizer, 'metadata.finalizers', errors);
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(
      invalid(
        'metadata.finalizers',
        finalizers,
        'finalizer orphan and foregroundDeletion cannot be both set',
      ),
    );
  }
}

// The Pods of one ReplicaSet have the beginning of their names in common. A memo only.
let lastValidPrefix = '';
let lastPrefixCheck: NameCheck | undefined;

function checkGenerateName(prefix: string, nameCheck: NameCheck, errors: Errors): void {
  if (prefix === lastValidPrefix && nameCheck === lastPrefixCheck) return;
  const messages = nameCheck(prefix, true);
  addMessages(messages, prefix, 'metadata.generateName', errors);
  if (messages.length > 0) return;
  lastValidPrefix = prefix;
  lastPrefixCheck = nameCheck;
}

// Nearly every write is into a namespace that has been seen valid.
const validNamespaces = new Set<string>();

function checkNamespace(namespace: string, errors: Errors): void {
  if (validNamespaces.has(namespace)) return;
  if (namespace === '') {
    errors.push(required('metadata.namespace'));
    return;
  }
  const messages = dns1123LabelErrors(namespace);
  addMessages(messages, namespace, 'metadata.namespace', errors);
  if (messages.length > 0) return;
  if (validNamespaces.size > 1000) validNamespaces.clear();
  validNamespaces.add(namespace);
}

/** The checks that a new object and a changed one share; what is still the old object's is known to be valid. */
function checkCommon(meta: ObjectMeta, errors: Errors, before?: ObjectMeta): void {
  const { labels, annotations, ownerReferences, finalizers } = meta;
  if (labels !== undefined && labels !== before?.labels) {
    checkLabels(labels, 'metadata.labels', errors);
  }
  if (annotations !== undefined && annotations !== before?.annotations) {
    checkAnnotations(annotations, 'metadata.annotations', errors);
  }
  if (ownerReferences !== undefined && ownerReferences !== before?.ownerReferences) {
    checkOwnerReferences(ownerReferences, errors);
  }
  if (finalizers !== undefined && finalizers !== before?.finalizers) {
    for (const [index, finalizer] of finalizers.entries()) {
      checkStandardFinalizer(finalizer, `metadata.finalizers[${index}]`, errors);
    }
  }
}

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** Finalizers without a domain are those that Kubernetes itself knows. */
export function checkStandardFinalizer(finalizer: string, path: string, errors: Errors): void {
  if (finalizer.includes('/') || standardFinalizers.includes(finalizer)) return;
  errors.push(
    invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'),
  );
}

// The Pods of one ReplicaSet have one list of owners. A memo only.
let lastValidOwners: readonly OwnerReference[] | undefined;

function checkOwnerReferences(references: readonly OwnerReference[], errors: Errors): void {
  if (references === lastValidOwners) return;
  const count = errors.length;
  checkOwners(references, errors);
  if (errors.length === count) lastValidOwners = references;
}

function checkOwners(references: readonly OwnerReference[], errors: Errors): void {
  const path = 'metadata.ownerReferences';
  let controller = '';
  for (let index = 0; index < references.length; index += 1) {
    const reference = references[index] as OwnerReference; // In range by the loop.
    checkOwnerReference(reference, `${path}[${index}]`, errors);
    if (reference.controller !== true) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (controller !== '') {
      errors.push(
        invalid(
          path,
          references,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`,
        ),
      );
    } else controller = name;
  }
}

function checkOwnerReference(reference: OwnerReference, path: string, errors: Errors): void {
  const { apiVersion = '', kind = '', name = '', uid = '' } = reference;
  if (apiVersion === '') errors.push(required(`${path}.apiVersion`, 'must not be empty'));
  else if (apiVersion.split('/').length > 2 || apiVersion.endsWith('/')) {
    errors.push(
      invalid(`${path}.apiVersion`, apiVersion, 'must be <group>/<version> or <version>'),
    );
  }
  if (kind === '') errors.push(required(`${path}.kind`, 'must not be empty'));
  if (name === '') errors.push(required(`${path}.name`, 'must not be empty'));
  if (uid === '') errors.push(required(`${path}.uid`, 'must not be empty'));
  if (apiVersion === 'v1' && kind === 'Event') {
    errors.push(invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner'));
  }
}

/** The metadata of a changed object against the old one (upstream: ValidateObjectMetaUpdate). */
export function checkObjectMetaUpdate(
  next: KubernetesObject,
  old: KubernetesObject,
  errors: Errors,
): void {
  const meta = next.metadata;
  const before = old.metadata;
  if (meta === before) return;
  if (before.deletionTimestamp !== undefined && meta.finalizers !== before.finalizers) {
    checkNoNewFinalizers(meta, before, errors);
  }
  if ((meta.resourceVersion ?? '') === '') {
    errors.push(invalid('metadata.resourceVersion', '', 'must be specified for an update'));
  }
  checkNonNegative(meta.generation, 'metadata.generation', errors);
  if ((meta.generation ?? 0) < (before.generation ?? 0)) {
    errors.push(invalid('metadata.generation', meta.generation ?? 0, 'must not be decremented'));
  }
  if (!hasSameIdentity(meta, before)) {
    for (const field of immutableFields) {
      if ((meta[field] ?? '') === (before[field] ?? '')) continue;
      errors.push(invalid(`metadata.${field}`, meta[field] ?? null, immutableMessage));
    }
  }
  checkCommon(meta, errors, before);
}

/** Field by field, though `immutableFields` has them all: in a loop each would be looked up as in a table. */
function hasSameIdentity(meta: ObjectMeta, before: ObjectMeta): boolean {
  return (
    meta.name === before.name &&
    meta.namespace === before.namespace &&
    meta.uid === before.uid &&
    meta.creationTimestamp === before.creationTimestamp &&
    meta.deletionTimestamp === before.deletionTimestamp &&
    meta.deletionGracePeriodSeconds === before.deletionGracePeriodSeconds
  );
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

function checkNoNewFinalizers(meta: ObjectMeta, before: ObjectMeta, errors: Errors): void {
  const known = new Set(before.finalizers);
  const extra = (meta.finalizers ?? []).filter((each) => !known.has(each)).sort();
  if (extra.length === 0) return;
  errors.push(
    forbidden(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${extra.map(goQuote).join(', ')}}`,
    ),
  );
}
