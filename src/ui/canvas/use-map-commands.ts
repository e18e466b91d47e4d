import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useEffect, useMemo, useRef } from 'react';
import { controlPlaneNames } from '../../view/components.ts';
import { nodeBox, serviceBox, type Box } from '../../view/field.ts';
import { hostBox, placeOfComponent, roomOf } from '../../view/machine-room.ts';
import { componentOf, type ThingId } from '../../view/selection.ts';
import type { View } from '../../view/view.ts';
import { useHead, useSlotsVersion } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { useMapCommands as useRegistered } from '../state/map-commands.ts';
import { useSelection } from '../state/selection.ts';
import { everything, reveal, viewportFor, type Insets } from './camera.ts';

export interface MapCommands {
  zoomIn(): void;
  zoomOut(): void;
  fitAll(): void;
  fitSelection(): void;
}

/** Where a thing stands on the canvas; undefined for what is not on it. */
export function placeOf(view: View, id: ThingId): Box | undefined {
  const component = componentOf(id);
  if (component !== undefined) return placeOfComponent(view, component);
  const host = view.machines.get(id);
  if (host !== undefined) {
    const room = roomOf(view);
    const index = room.machines.indexOf(host.machine);
    return index < 0 ? undefined : hostBox(room, index);
  }
  const nodeId =
    view.nodes.get(id) !== undefined ? id : view.nodeByName(view.pods.get(id)?.node ?? '')?.id;
  if (nodeId !== undefined) {
    const slot = view.nodeSlots.slotOf(nodeId);
    return slot === undefined ? undefined : nodeBox(slot, view.nodeSlots.columns);
  }
  const slot = view.serviceSlots.slotOf(id);
  return slot === undefined ? undefined : serviceBox(slot, view.serviceSlots.columns);
}

/**
 * The camera's commands. Until the person moves it, the camera keeps everything in the picture while
 * the cluster and the window change; afterwards it only follows the selection.
 */
export function useMapCommands(insets: Insets): MapCommands & { onMoveByPerson(): void } {
  const { view } = usePage();
  const flow = useReactFlow();
  const store = useStoreApi();
  const touched = useRef(false);
  const margins = useRef(insets);
  margins.current = insets;

  const commands = useMemo(() => {
    const fit = (box: Box, duration: number): void => {
      const { width, height } = store.getState();
      if (width === 0) return;
      void flow.setViewport(viewportFor(box, { width, height }, margins.current), { duration });
    };
    return {
      zoomIn: () => void flow.zoomIn({ duration: 140 }),
      zoomOut: () => void flow.zoomOut({ duration: 140 }),
      fitAll() {
        touched.current = false;
        fit(everything(view), 220);
      },
      fitSelection() {
        const selected = useSelection.getState().selected;
        const box = selected === undefined ? undefined : placeOf(view, selected);
        touched.current = true;
        if (box !== undefined) fit(box, 220);
      },
      refit: (duration: number) => {
        if (!touched.current) fit(everything(view), duration);
      },
      onMoveByPerson() {
        touched.current = true;
      },
    };
  }, [flow, store, view]);

  useEffect(() => useRegistered.getState().register(commands), [commands]);
  useFollowLayout(commands.refit, insets);
  useFollowSelection(touched, margins);
  return commands;
}

/** Keeps everything in the picture while nodes come and panels change. */
function useFollowLayout(refit: (duration: number) => void, insets: Insets): void {
  const { view } = usePage();
  const store = useStoreApi();
  const nodes = useSlotsVersion(view.nodeSlots);
  const services = useSlotsVersion(view.serviceSlots);
  const machines = useHead((head) => controlPlaneNames(head.health).length);
  useEffect(() => {
    refit(nodes + services > 2 ? 200 : 0);
  }, [refit, nodes, services, machines, insets]);
  useEffect(
    () =>
      store.subscribe((state, last) => {
        if (state.width !== last.width || state.height !== last.height)
          refit(last.width === 0 ? 0 : 160);
      }),
    [store, refit],
  );
}

/** The selection is never out of sight: the camera moves as far as needed and no further. */
function useFollowSelection(
  touched: { readonly current: boolean },
  margins: { readonly current: Insets },
): void {
  const { view } = usePage();
  const flow = useReactFlow();
  const store = useStoreApi();
  const selected = useSelection((state) => state.selected);
  useEffect(() => {
    // While the camera still shows everything there is nothing to follow.
    if (selected === undefined || !touched.current) return;
    const box = placeOf(view, selected);
    const { width, height } = store.getState();
    if (box !== undefined) reveal(flow, box, { width, height }, margins.current);
  }, [selected, view, flow, store, touched, margins]);
}
