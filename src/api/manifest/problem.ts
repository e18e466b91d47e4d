import type { SourceSpan } from './source-position.ts';

/** Something to tell about a manifest, at its place in the text. */
export interface ManifestProblem extends SourceSpan {
  readonly severity: 'error' | 'warning';
  /** A whole sentence for the person who wrote the text. */
  readonly message: string;
}

/** How much a manifest may ask for. Beyond a limit it is refused with a sentence, never half read. */
export const manifestLimits = {
  /** As much as the API server reads of one request; keeps the reading below a second. */
  textLength: 3 * 1024 * 1024,
  /** Words, marks and line ends together: what reading costs. */
  lexemes: 600_000,
  documents: 5_000,
  /** Objects, Lists flattened. */
  objects: 20_000,
  /** Maps and lists inside each other. The deepest of real manifests (schemas of custom resources) stay below 60. */
  depth: 200,
  /** Values that the aliases of one document stand for, which is what an alias bomb lets explode. */
  aliasedValues: 100_000,
  /** Problems listed; a text that has more is usually no YAML at all. */
  problems: 100,
} as const;
