import type { OwnerReference, Pod } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/owner-references.ts';
import type { InformerChange } from '../client/informer.ts';
import type { Controller, Waking } from './controller.ts';
import { newsBits, type News, type NewsBits } from './news.ts';
import { informerSpecs } from './resources.ts';

/** A way in which a loop is woken, and which loop. */
export interface LoopWaking {
  readonly loop: number;
  readonly waking: Waking;
}

/** Who is asked about the changes of one resource. */
export interface ResourceWakings {
  readonly all: readonly LoopWaking[];
  /** News → whom they concern. A memo of `all`, filled as news come. */
  readonly byNews: Map<NewsBits, readonly LoopWaking[]>;
  /** Of Pods: kind of controller → the loops that control its objects. */
  readonly byOwner: ReadonlyMap<string, readonly LoopWaking[]>;
}

/** Resource → the loops that its changes may wake; `*` for resources that are not known by name. */
export type WakingTable = ReadonlyMap<string, ResourceWakings>;

/** The table of a list of controllers. */
export function wakingsByResource(controllers: readonly Controller[]): WakingTable {
  const resources = [...informerSpecs.map(({ name }) => name), '*'];
  return new Map(resources.map((resource) => [resource, wakingsOf(resource, controllers)]));
}

function wakingsOf(resource: string, controllers: readonly Controller[]): ResourceWakings {
  const all: LoopWaking[] = [];
  const byOwner = new Map<string, LoopWaking[]>();
  controllers.forEach((controller, loop) => {
    for (const waking of controller.wokenBy) {
      if (waking.resource !== resource && waking.resource !== '*') continue;
      all.push({ loop, waking });
      if (waking.ownedBy === undefined) continue;
      byOwner.set(waking.ownedBy, [...(byOwner.get(waking.ownedBy) ?? []), { loop, waking }]);
    }
  });
  return { all, byNews: new Map(), byOwner };
}

/** Those to be asked for the keys that a change with these news concerns, remembered in `byNews`. */
export function askedAbout(wakings: ResourceWakings, news: NewsBits): readonly LoopWaking[] {
  const asked = wakings.all.filter(({ waking }) => isAsked(waking, news));
  wakings.byNews.set(news, asked);
  return asked;
}

function isAsked({ about, ownedBy }: Waking, news: NewsBits): boolean {
  const heeded = ownedBy === undefined ? about : UNCLAIMED;
  return heeded === undefined || (newsBits(heeded) & news) !== 0;
}

const UNCLAIMED: readonly News[] = ['unclaimed'];

/** A controller's object as loops know it. */
export interface OwnerKey {
  readonly kind: string;
  /** Of the objects that it owns and its own. */
  readonly namespace: string;
  readonly key: string;
}

/** Pods of one owner mostly have the very same list of references. A memo only. */
const ownerKeys = new WeakMap<readonly OwnerReference[], OwnerKey>();

/** The object that controls a changed Pod and did so before; undefined where it has another controller, or none. */
export function settledOwner({ old, next }: InformerChange): OwnerKey | undefined {
  const pod = (next ?? old) as Pod; // A change has one of them.
  const { ownerReferences, namespace = '' } = pod.metadata;
  if (ownerReferences === undefined) return undefined;
  if (old !== undefined && next !== undefined && old.metadata.ownerReferences !== ownerReferences)
    return undefined;
  const known = ownerKeys.get(ownerReferences);
  if (known?.namespace === namespace) return known;
  const controller = controllerOf(pod);
  if (controller === undefined) return undefined;
  const owner = { kind: controller.kind, namespace, key: `${namespace}/${controller.name}` };
  ownerKeys.set(ownerReferences, owner);
  return owner;
}
