import type { OwnerReference, Pod } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/owner-references.ts';
import type { InformerChange } from '../client/informer.ts';
import type { Controller, Waking } from './controller.ts';
import { isUnclaimed, newsBits, type NewsBits } from './news.ts';
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

/** Those to be asked for the keys that a change with these news concerns. */
export function askedAbout(wakings: ResourceWakings, news: NewsBits): readonly LoopWaking[] {
  let asked = wakings.byNews.get(news);
  if (asked === undefined) {
    asked = wakings.all.filter(({ waking }) => isAsked(waking, news));
    wakings.byNews.set(news, asked);
  }
  return asked;
}

function isAsked({ about, ownedBy }: Waking, news: NewsBits): boolean {
  if (ownedBy !== undefined) return isUnclaimed(news);
  return about === undefined || (newsBits(about) & news) !== 0;
}

/** A controller's object as loops know it. */
export interface OwnerKey {
  readonly kind: string;
  /** Of the objects that it owns and its own. */
  readonly namespace: string;
  readonly key: string;
}

/** Pods of one owner mostly have the very same list of references. A memo only. */
const ownerKeys = new WeakMap<readonly OwnerReference[], OwnerKey>();

/** The object that controlled a changed Pod before and still does; undefined where the news say that it is unclaimed. */
export function settledOwner(change: InformerChange, news: NewsBits): OwnerKey | undefined {
  if (isUnclaimed(news)) return undefined;
  const pod = (change.next ?? change.old) as Pod; // A change has one of them.
  const { ownerReferences, namespace = '' } = pod.metadata;
  if (ownerReferences === undefined) return undefined;
  const known = ownerKeys.get(ownerReferences);
  if (known?.namespace === namespace) return known;
  const controller = controllerOf(pod);
  if (controller === undefined) return undefined;
  const owner = { kind: controller.kind, namespace, key: `${namespace}/${controller.name}` };
  ownerKeys.set(ownerReferences, owner);
  return owner;
}
