import { completionOf, type Completion } from '../../../api/decode/complete.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { viewsOf } from '../../../api/kinds/views.ts';
import type { Views } from '../../../api/managed-fields/versions.ts';
import { patchSchemaOf, type PatchSchema } from '../../../api/patch/patch-schema.ts';
import { schemaOf } from '../../../api/schema/lookup.ts';
import type { StructSchema } from '../../../api/schema/schema.ts';
import { assert } from '../../../base/assert.ts';
import type { AdmissionPlugin } from '../admission/plugin.ts';
import { concernsPods } from '../admission/pod-security.ts';

/** What writes need of a kind besides its declaration: worked out once, and then found in one place. */
export interface WrittenKind {
  readonly schema: StructSchema;
  readonly completion: Completion;
  readonly patchSchema: PatchSchema;
  /** The other versions in which the kind is served, where there are any. */
  readonly views: Views | undefined;
  /** Pod Security has a say in its objects. */
  readonly makesPods: boolean;
  /** By subresource, the plugins that its creations and its changes concern. Filled by admission. */
  readonly creations: Map<string, readonly Admit[]>;
  readonly changes: Map<string, readonly Admit[]>;
}

/** What a plugin does with a change that concerns it. */
export type Admit = NonNullable<AdmissionPlugin['admit']>;

// Memos only.
const written = new WeakMap<KindDeclaration, WrittenKind>();
// The steps of a write ask one after the other.
let lastKind: KindDeclaration | undefined;
let lastWritten: WrittenKind | undefined;

export function writtenKind(kind: KindDeclaration): WrittenKind {
  if (kind === lastKind && lastWritten !== undefined) return lastWritten;
  let found = written.get(kind);
  if (found === undefined) {
    found = worked(kind);
    written.set(kind, found);
  }
  lastKind = kind;
  lastWritten = found;
  return found;
}

function worked(kind: KindDeclaration): WrittenKind {
  const schema = kind.custom?.schema ?? schemaOf(kind.apiVersion, kind.kind);
  assert(schema !== undefined, `kind ${kind.kind} has no schema`);
  return {
    schema,
    completion: completionOf(schema),
    patchSchema: patchSchemaOf(schema),
    views: viewsOf(kind),
    makesPods: concernsPods(kind.kind),
    creations: new Map(),
    changes: new Map(),
  };
}
