import type { FieldErrors } from '../field-errors.ts';
import type { KubernetesObject } from '../generated/types.ts';
import type { StructSchema } from '../schema/schema.ts';

/**
 * Everything Kubarium knows about one kind, declared once. Who reads what:
 *
 * - the API server's routing and discovery: names, verbs, subresources, `namespaced`;
 * - its write path, in this order (upstream's `rest.BeforeCreate` / `BeforeUpdate`):
 *     create:  decode → `defaults` → admission → fill metadata (namespace, uid, creationTimestamp, generateName)
 *              → `prepareForCreate` → `validate` → `toStored` → etcd
 *     update:  decode → `defaults` → admission → keep the system's metadata of the old object (uid, creationTimestamp,
 *              deletionTimestamp, generation) → `prepareForUpdate` → `validateUpdate` → etcd
 *     status:  the same with `prepareForStatusUpdate` and `validateStatusUpdate`
 *   A write whose object comes out equal to the old one is not written at all;
 * - list and watch: `selectableFields`; Tables: `table`;
 * - the editor, explain and kubectl: names, categories, warnings.
 *
 * All functions are pure. They take and give immutable objects: whatever does not change is shared with the
 * argument, and where nothing changes at all the very same object comes back, so callers may compare by `===`.
 * `defaults` takes an object whose fields have the types of the schema (the decoder has seen to that); `validate`
 * takes a defaulted object.
 *
 * A kind may be two views of one store (events of `v1` and of `events.k8s.io/v1`): then `storage` is the same, and
 * `toStored` / `fromStored` translate. All hooks work on the view's own shape.
 */
export interface KindDeclaration<T extends KubernetesObject = KubernetesObject> {
  /** API group; the empty text for the core group. */
  readonly group: string;
  readonly version: string;
  /** What objects of this kind carry: `v1`, `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly listKind: string;
  /** The resource's name in paths: lower case, plural. */
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** `all` is what `kubectl get all` lists. */
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly subresources: Readonly<Partial<Record<SubresourceName, Subresource>>>;
  /** How subresources that take the object itself change it, other than `status` (pods: ephemeralcontainers, resize). */
  readonly subresourceUpdates:
    | Readonly<Partial<Record<SubresourceName, SubresourceUpdate<T>>>>
    | undefined;
  /** The folder of this kind's keys in etcd below `/registry/`, as upstream names it (`minions` for nodes). */
  readonly storage: string;
  /** PUT of a name that is not there creates it (services, leases, …); otherwise 404. */
  readonly createOnUpdate: boolean;
  /** PUT without a resourceVersion is taken as it is; otherwise it is refused as Invalid. */
  readonly unconditionalUpdate: boolean;
  /** What becomes of dependents when the deleter does not say. */
  readonly defaultPropagation: 'Background' | 'Orphan';
  /** What a field selector may ask for, `metadata.name` and `metadata.namespace` included; the text compared with. */
  readonly selectableFields: Readonly<Record<string, FieldReader<T>>>;
  /** How `kubectl get` shows objects of this kind. */
  readonly table: KindTable<T>;
  /** The replica count of kinds with subresource `scale`. */
  readonly scale: ScaleAccess<T> | undefined;

  /** The object with every absent field filled that has a default in this version (not what admission adds). */
  defaults(object: T): T;
  /** Writes into a new object who makes it, in the place of what he has written there (CertificateSigningRequests). */
  readonly ofRequester: { of(object: T, requester: Requester): T }['of'] | undefined;
  /** Takes out what a creator may not set (status, …) and sets what the kind begins with (generation 1, …). */
  prepareForCreate(object: T): T;
  /** Restores what this endpoint may not change (status, …), and raises the generation where the spec changed. */
  prepareForUpdate(next: T, old: T): T;
  /** The mirror image, for the status endpoint: only the status (and what goes with it) is taken from `next`. */
  prepareForStatusUpdate(next: T, old: T): T;
  /** All refusals of a new object. */
  validate(object: T, options?: ValidationOptions): FieldErrors;
  /** All refusals of a change, immutable fields included. */
  validateUpdate(next: T, old: T, options?: ValidationOptions): FieldErrors;
  validateStatusUpdate(next: T, old: T): FieldErrors;
  /** Sent as a warning with every answer of a kind that is on its way out. */
  readonly deprecation: string | undefined;
  /** Texts for the `Warning` header of a create or update. */
  warnings(object: T, old?: T): readonly string[];
  /**
   * For kinds that are deleted gracefully (pods): how long a delete waits; 0 removes at once. `requested` is what
   * the deleter asked for. Absent for kinds that go at once.
   */
  readonly gracePeriodSeconds:
    | { of(object: T, requested: number | undefined): number }['of']
    | undefined;
  /** This view's object as it lies in the store, where that differs. */
  readonly toStored: { of(object: T): KubernetesObject }['of'] | undefined;
  /** The reverse. */
  readonly fromStored: { of(stored: KubernetesObject): T }['of'] | undefined;
  /** Kubarium keeps objects of this kind, and no component of its acts on them: the page says so beside them. */
  readonly nothingActs: true | undefined;
  /** Set on kinds that a CustomResourceDefinition brought into being: their schema is no Go struct. */
  readonly custom: CustomKind | undefined;
  /** Finalizers that a first DELETE puts on an object without them (a CustomResourceDefinition outlives its objects). */
  readonly deletionFinalizers: readonly string[] | undefined;
}

/** Who asks, as authentication knows him. */
export interface Requester {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What is different about kinds that are not built in. */
export interface CustomKind {
  /** For field management. */
  readonly schema: StructSchema;
  /** A body of this kind, without the fields that its schema does not know. */
  prune(object: Readonly<Record<string, unknown>>): {
    readonly value: Readonly<Record<string, unknown>>;
    readonly unknownFields: readonly string[];
  };
  /** The definition says that it is going: nothing new is made. */
  readonly isTerminating: boolean;
  /** The version that objects are stored in. */
  readonly storageVersion: string;
}

/**
 * Reads one selectable field as text. Written as a method's type, because TypeScript compares methods' parameters
 * both ways: a declaration of pods may then stand in a list of declarations of any kind.
 */
export type FieldReader<T> = { read(object: T): string }['read'];

export type Verb =
  | 'create'
  | 'delete'
  | 'deletecollection'
  | 'get'
  | 'list'
  | 'patch'
  | 'update'
  | 'watch';

export type SubresourceName =
  | 'status'
  | 'scale'
  | 'binding'
  | 'eviction'
  | 'ephemeralcontainers'
  | 'resize'
  | 'log'
  | 'exec'
  | 'attach'
  | 'portforward'
  | 'proxy'
  | 'finalize'
  | 'token'
  | 'approval';

/** One subresource as discovery lists it. */
export interface Subresource {
  /** The kind that is sent and answered there. */
  readonly kind: string;
  /** Its group and version where they are not the parent's: `Scale` is of autoscaling/v1. */
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly ('create' | 'delete' | 'get' | 'patch' | 'update')[];
}

/** The place of `prepareForUpdate` and `validateUpdate` for one subresource. */
export interface SubresourceUpdate<T extends KubernetesObject> {
  /** The old object with only that taken from `next` which the subresource may change. */
  prepare(next: T, old: T): T;
  validate(next: T, old: T, options?: ValidationOptions): FieldErrors;
}

/** What a cluster's set-up decides about validity. */
export interface ValidationOptions {
  /** The API server's `--allow-privileged`; kubeadm sets it, and so do we by default. */
  readonly allowPrivileged: boolean;
}

/** How the replica count is read and written, for subresource `scale`. */
export interface ScaleAccess<T extends KubernetesObject> {
  specReplicas(object: T): number;
  statusReplicas(object: T): number;
  /** The selector of the pods as text; empty where there is none. */
  selector(object: T): string;
  withReplicas(object: T, replicas: number): T;
}

/** A server-side Table: columns once, cells per object. */
export interface KindTable<T extends KubernetesObject> {
  readonly columns: readonly TableColumn[];
  /**
   * One cell a column, those of priority 1 too. `now` in milliseconds since 1970, for ages. The server always prints
   * wide; `isWide` false shortens long lists of addresses, as old clients did that printed by themselves.
   */
  cells(object: T, now: number, isWide?: boolean): readonly TableCell[];
  /** Conditions of the row, for pods that have ended. */
  rowConditions?(object: T): readonly TableRowCondition[];
}

export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format: string;
  readonly description: string;
  /** 0 shows always, 1 only with `-o wide`. */
  readonly priority: number;
}

/** Null where an object of a custom kind has nothing for the column. */
export type TableCell = string | number | boolean | null;

export interface TableRowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}
