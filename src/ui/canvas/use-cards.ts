import { useStoreApi } from '@xyflow/react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { controlPlaneNames } from '../../view/components.ts';
import { nodeBox, ORGANS, organBox, serviceBox } from '../../view/field.ts';
import { balancerBox, hasSeveral, hostBox, roomOf } from '../../view/machine-room.ts';
import type { ThingId } from '../../view/selection.ts';
import type { View } from '../../view/view.ts';
import { useHead, useSlotsVersion } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { countInSight } from '../state/crowd.ts';
import { useHover } from '../state/hover.ts';
import { useSelection } from '../state/selection.ts';
import { areaOf } from './camera.ts';
import {
  balancerCardAt,
  hostCardAt,
  nodeCardAt,
  organCardAt,
  serviceCardAt,
  type CardType,
  type LinkEdgeType,
} from './card-types.ts';
import { inView, sameInView, type InView } from './levels.ts';

const NOTHING: InView = { level: 'cards', slots: [] };

/** Follows the camera and answers what must be mounted; it changes only when that does. */
export function useInView(): InView {
  const { view } = usePage();
  const store = useStoreApi();
  const layout = useSlotsVersion(view.nodeSlots);
  const [seen, setSeen] = useState(NOTHING);
  useEffect(() => {
    let due = 0;
    const look = (): void => {
      due = 0;
      const { transform, width, height } = store.getState();
      if (width === 0) return;
      const next = inView(areaOf(transform, { width, height }), transform[2], view.nodeSlots);
      setSeen((last) => (sameInView(last, next) ? last : next));
    };
    look();
    const release = store.subscribe((state, last) => {
      const moved =
        state.transform !== last.transform ||
        state.width !== last.width ||
        state.height !== last.height;
      if (moved && due === 0) due = requestAnimationFrame(look);
    });
    return () => {
      release();
      cancelAnimationFrame(due);
    };
  }, [store, view, layout]);
  return seen;
}

/** Cards of nodes that are mounted in one animation frame, of which they take no more than a part. */
const CARDS_A_FRAME = 8;

/** What is mounted on the way to what is in view: many cards come a few at a time, so that no frame has to wait for all. */
export function useGradually(seen: InView): InView {
  const [shown, setShown] = useState(seen);
  const reached = useRef(seen);
  useLayoutEffect(() => {
    let due = 0;
    const advance = (): void => {
      reached.current = towards(reached.current, seen);
      setShown(reached.current);
      due = reached.current === seen ? 0 : requestAnimationFrame(advance);
    };
    advance();
    return () => cancelAnimationFrame(due);
  }, [seen]);
  return shown;
}

/** To take one away costs less. */
const TAKEN_A_FRAME = 24;

function towards(from: InView, to: InView): InView {
  if (to.slots.length === 0 && from.slots.length > TAKEN_A_FRAME) {
    return { level: from.level, slots: from.slots.slice(TAKEN_A_FRAME) };
  }
  const had = new Set(from.slots);
  const missing = to.slots.filter((slot) => !had.has(slot));
  if (missing.length <= CARDS_A_FRAME) return to;
  const next = new Set(missing.slice(0, CARDS_A_FRAME));
  return { level: to.level, slots: to.slots.filter((slot) => had.has(slot) || next.has(slot)) };
}

const COUNT_EVERY_MILLIS = 300;

/** Tells how many Pods the nodes in view have, now and as they come and go. */
export function useCountInSight(seen: InView): void {
  const { view } = usePage();
  useLayoutEffect(() => {
    // The cards that are about to go should not change once more.
    if (seen.level === 'raster') return undefined;
    let due: ReturnType<typeof setTimeout> | undefined;
    const count = (): void => {
      due = undefined;
      let pods = 0;
      for (const slot of seen.slots) {
        const node = view.nodes.get(view.nodeSlots.idAt(slot) ?? '');
        if (node !== undefined) pods += view.index.podsOnNode.size(node.name);
      }
      countInSight(pods);
    };
    count();
    const release = view.onFrame(({ field }) => {
      if (field) due ??= setTimeout(count, COUNT_EVERY_MILLIS);
    });
    return () => {
      release();
      clearTimeout(due);
    };
  }, [view, seen]);
}

/** The cards for React Flow. A card keeps its object while it keeps its place, so that nothing is adopted anew. */
export function useCards(seen: InView): readonly CardType[] {
  const { view } = usePage();
  const nodeLayout = useSlotsVersion(view.nodeSlots);
  const serviceLayout = useSlotsVersion(view.serviceSlots);
  const machines = useHead((head) => controlPlaneNames(head.health).join(' '));
  const made = useRef(new Map<string, CardType>());
  // The versions stand for the slots' contents, which are read inside.
  return useMemo(() => {
    const cards: CardType[] = [];
    const known = made.current;
    made.current = new Map();
    const keep = (card: CardType): void => {
      const last = known.get(card.id);
      const same =
        last !== undefined &&
        last.width === card.width &&
        last.position.x === card.position.x &&
        last.position.y === card.position.y;
      const kept = same ? last : card;
      made.current.set(kept.id, kept);
      cards.push(kept);
    };
    if (seen.level === 'raster') return cards;
    addControlPlane(view, keep);
    addServices(view, keep);
    for (const slot of seen.slots) {
      const id = view.nodeSlots.idAt(slot);
      if (id !== undefined) keep(nodeCardAt(id, nodeBox(slot, view.nodeSlots.columns)));
    }
    return cards;
  }, [view, seen, nodeLayout, serviceLayout, machines]);
}

function addControlPlane(view: View, keep: (card: CardType) => void): void {
  const room = roomOf(view);
  const several = hasSeveral(room);
  for (const [index, machine] of room.machines.entries()) {
    keep(hostCardAt(machine, hostBox(room, index), !several));
  }
  if (several) keep(balancerCardAt(balancerBox(room)));
  else for (const organ of ORGANS) keep(organCardAt(organ, organBox(organ, room.field)));
}

function addServices(view: View, keep: (card: CardType) => void): void {
  for (let slot = 0; slot < view.serviceSlots.extent; slot++) {
    const id = view.serviceSlots.idAt(slot);
    if (id !== undefined) keep(serviceCardAt(id, serviceBox(slot, view.serviceSlots.columns)));
  }
}

/** The edges between mounted Services and mounted nodes. */
export function useLinks(cards: readonly CardType[]): readonly LinkEdgeType[] {
  const { view } = usePage();
  const [version, setVersion] = useState(0);
  useEffect(() => view.links.watchAny(() => setVersion((last) => last + 1)), [view]);
  const selected = useSelection((state) => state.selected);
  const hovered = useHover((state) =>
    state.focus?.kind === 'service' ? state.focus.id : undefined,
  );
  const made = useRef(new Map<string, LinkEdgeType>());
  return useMemo(() => {
    const drawn = drawnServices(view, selected, hovered);
    const known = made.current;
    made.current = new Map();
    const mounted = new Set(cards.filter((card) => card.type === 'node').map((card) => card.id));
    const edges: LinkEdgeType[] = [];
    for (const card of cards) {
      if (card.type !== 'service' || drawn?.has(card.id) === false) continue;
      for (const link of view.links.of(card.id)) {
        const target = view.nodeByName(link.node)?.id;
        if (target === undefined || !mounted.has(target)) continue;
        const label = `${view.services.get(card.id)?.name ?? ''} to ${link.node}`;
        const edge = linkEdge(card.id, target, { ...link, label });
        const last = known.get(edge.id);
        const kept =
          last?.data?.ready === link.ready && last.data.notReady === link.notReady ? last : edge;
        made.current.set(kept.id, kept);
        edges.push(kept);
      }
    }
    return edges;
    // `version` stands for the links' contents, which are read inside.
  }, [view, cards, version, selected, hovered]);
}

/** In clusters up to this size all edges are drawn. */
const LINKED_NODES_MAX = 12;

/** The Services whose edges are drawn: all in a small cluster, else those of what one looks at. */
function drawnServices(
  view: View,
  selected: ThingId | undefined,
  hovered: ThingId | undefined,
): ReadonlySet<ThingId> | undefined {
  if (view.nodeSlots.extent <= LINKED_NODES_MAX) return undefined;
  const drawn = new Set(selected === undefined ? [] : view.index.servicesOfPod.ids(selected));
  if (selected !== undefined) drawn.add(selected);
  if (hovered !== undefined) drawn.add(hovered);
  return drawn;
}

function linkEdge(
  source: string,
  target: string,
  {
    ready,
    notReady,
    label,
  }: { readonly ready: number; readonly notReady: number; readonly label: string },
): LinkEdgeType {
  return {
    id: `${source}→${target}`,
    type: 'link',
    source,
    target,
    data: { ready, notReady },
    ariaLabel: label,
    selectable: false,
    focusable: false,
  };
}
