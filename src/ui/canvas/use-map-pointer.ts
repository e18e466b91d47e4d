import type { ReactFlowInstance } from '@xyflow/react';
import { useEffect, useMemo, type MouseEvent, type PointerEvent, type RefObject } from 'react';
import { POD_AREA } from '../../view/field.ts';
import { podInCard, thingAt } from '../../view/hit-test.ts';
import { workloadKey } from '../../view/indexes.ts';
import type { ThingId } from '../../view/selection.ts';
import type { View } from '../../view/view.ts';
import { usePage } from '../page.tsx';
import { useHover } from '../state/hover.ts';
import { useMenu } from '../state/menu.ts';
import { useSelection } from '../state/selection.ts';
import type { CardType, LinkEdgeType } from './card-types.ts';
import { litPods } from './lit-pods.ts';

/** A Pod must be rested on for this long before the others are dimmed: the pointer crosses many. */
const DIM_AFTER_MILLIS = 350;
/** Further than this between press and release is a drag. */
const CLICK_SLOP = 5;

/** The pointer on the canvas, for all levels of detail in one place: cards by the DOM, cells by arithmetic. */
export function useMapPointer(
  root: RefObject<HTMLElement | null>,
  flow: ReactFlowInstance<CardType, LinkEdgeType>,
) {
  const { view } = usePage();
  useDimming(root, view);
  return useMemo(() => {
    let pressed = { x: 0, y: 0 };
    let resting: ReturnType<typeof setTimeout> | undefined;
    let over: ThingId | undefined;
    const find = (event: MouseEvent): ThingId | undefined => thingUnder(event, view, flow);

    return {
      onPointerDown(event: PointerEvent) {
        pressed = { x: event.clientX, y: event.clientY };
      },
      onClick(event: MouseEvent) {
        const moved = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y);
        if (moved > CLICK_SLOP || isControl(event.target)) return;
        useSelection.getState().select(find(event));
      },
      onDoubleClick(event: MouseEvent) {
        const id = isControl(event.target) ? undefined : find(event);
        if (id !== undefined) useSelection.getState().select(id, 'why');
      },
      onContextMenu(event: MouseEvent) {
        const target = isControl(event.target) ? undefined : find(event);
        event.preventDefault();
        if (target === undefined) return;
        useSelection.getState().select(target);
        useMenu.getState().show({ x: event.clientX, y: event.clientY, target });
      },
      onPointerMove(event: PointerEvent) {
        const id = event.buttons === 0 && !isControl(event.target) ? find(event) : undefined;
        if (id === over) return;
        over = id;
        clearTimeout(resting);
        const { light, focus } = useHover.getState();
        if (id !== undefined && view.services.get(id) !== undefined) {
          light({ kind: 'service', id });
          return;
        }
        if (focus !== undefined) light(undefined);
        const pod = id === undefined ? undefined : view.pods.get(id);
        if (pod === undefined || pod.workload === '') return;
        resting = setTimeout(
          () => light({ kind: 'workload', key: workloadKey(pod) }),
          DIM_AFTER_MILLIS,
        );
      },
      onPointerLeave() {
        over = undefined;
        clearTimeout(resting);
        useHover.getState().light(undefined);
      },
    };
  }, [view, flow]);
}

/** Buttons and menus that lie over the canvas act for themselves. */
function isControl(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const button = target.closest('button, a, [role="menu"], .map-controls');
  return button !== null && button.closest('[data-thing]') === null;
}

function thingUnder(
  event: MouseEvent,
  view: View,
  flow: ReactFlowInstance<CardType, LinkEdgeType>,
): ThingId | undefined {
  const { target } = event;
  if (!(target instanceof Element)) return undefined;
  const cells = target.closest('[data-node-pods]');
  if (cells !== null) {
    const pods = view.index.podsOnNode.ids(cells.getAttribute('data-node-pods') ?? '');
    const box = cells.getBoundingClientRect();
    const { zoom } = flow.getViewport();
    const hit = podInCard(pods, {
      x: (event.clientX - box.left) / zoom + POD_AREA.x,
      y: (event.clientY - box.top) / zoom + POD_AREA.y,
    });
    if (hit !== undefined) return hit;
  }
  const known = target.closest('[data-thing]')?.getAttribute('data-thing');
  if (known !== undefined && known !== null) return known;
  if (target.closest('.harbour, .map-foot') !== null) return undefined;
  return thingAt(view, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
}

/** Dims the chips that are not lit. Past React: one class on some hundred elements, not as many renders. */
function useDimming(root: RefObject<HTMLElement | null>, view: View): void {
  useEffect(
    () =>
      useHover.subscribe(({ focus }) => {
        const map = root.current;
        if (map === null) return;
        const lit = litPods(view, focus);
        map.toggleAttribute('data-dimming', lit !== undefined);
        for (const chip of map.querySelectorAll('.pod-chip')) {
          chip.toggleAttribute(
            'data-lit',
            lit?.has(chip.getAttribute('data-thing') ?? '') === true,
          );
        }
      }),
    [root, view],
  );
}
