import type { ParsedNode } from 'yaml';
import type { ManifestProblem } from './problem.ts';
import type { LineStarts, SourceSpan } from './source-position.ts';

/** A manifest's text as Kubernetes objects with positions. Made by `parseManifest`. */
export interface Manifest {
  readonly text: string;
  readonly documents: readonly ManifestDocument[];
  /** The objects of all documents in order, Lists flattened. */
  readonly objects: readonly ManifestObject[];
  /** All problems, in the order of the text. */
  readonly problems: readonly ManifestProblem[];
}

/** One document that holds something. */
export interface ManifestDocument {
  /** From 0, counting only documents that are not empty. */
  readonly index: number;
  readonly span: SourceSpan;
  /** The document as JSON values; undefined when it could not be read. */
  readonly value: unknown;
  /** Paths of fields that the text has twice. The last one is in the value; strict field validation refuses them. */
  readonly duplicateFields: readonly string[];
  readonly source: DocumentSource;
}

/** What positions are looked up in; of no interest to others. */
export interface DocumentSource {
  readonly root: ParsedNode | null;
  /** Where the tree's offsets begin in the text. */
  readonly offset: number;
  readonly lineStarts: LineStarts;
}

/** An object of the API in a document; `path` leads to it, empty unless it is an item of a List. */
export interface ManifestObject {
  readonly object: ManifestKubernetesObject;
  readonly document: ManifestDocument;
  readonly path: string;
}

/** An object as the text has it: known to have a kind and a name, not yet known to fit its kind's schema. */
export interface ManifestKubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}
