import type { ReactFlowInstance, Viewport } from '@xyflow/react';
import type { Box } from '../../view/field.ts';
import { wholePicture } from '../../view/machine-room.ts';
import type { View } from '../../view/view.ts';

/** What lies over the canvas and must not cover the picture: harbour, suggestions, controls. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export const ZOOM_MIN = 0.02;
export const ZOOM_MAX = 2.5;
/** A small cluster is shown large, but not so large that it looks lost. */
const FIT_ZOOM_MAX = 1.12;

/** The viewport that shows `box` whole inside of the insets. */
export function viewportFor(
  box: Box,
  size: { readonly width: number; readonly height: number },
  insets: Insets,
): Viewport {
  const width = Math.max(size.width - insets.left - insets.right, 60);
  const height = Math.max(size.height - insets.top - insets.bottom, 60);
  const zoom = Math.min(
    FIT_ZOOM_MAX,
    Math.max(ZOOM_MIN, Math.min(width / box.width, height / box.height)),
  );
  return {
    zoom,
    x: insets.left + (width - box.width * zoom) / 2 - box.x * zoom,
    // A picture that is less high than its room stands a little above the middle.
    y: insets.top + Math.max(0, height - box.height * zoom) * 0.4 - box.y * zoom,
  };
}

/** All there is, as a box of the world. */
export function everything(view: View): Box {
  return wholePicture(view);
}

/** The part of the world that the canvas shows. */
export function areaOf(
  [x, y, zoom]: readonly [number, number, number],
  size: { readonly width: number; readonly height: number },
): Box {
  return { x: -x / zoom, y: -y / zoom, width: size.width / zoom, height: size.height / zoom };
}

/** Moves the camera only as far as `box` needs to be seen; not at all when it is seen already. */
export function reveal(
  flow: Pick<ReactFlowInstance, 'getViewport' | 'setViewport'>,
  box: Box,
  size: { readonly width: number; readonly height: number },
  insets: Insets,
): void {
  const { x, y, zoom } = flow.getViewport();
  const left = box.x * zoom + x;
  const top = box.y * zoom + y;
  const dx = shift(left, left + box.width * zoom, insets.left + 12, size.width - insets.right - 12);
  const dy = shift(top, top + box.height * zoom, insets.top + 12, size.height - insets.bottom - 12);
  if (dx === 0 && dy === 0) return;
  void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 180 });
}

function shift(from: number, to: number, low: number, high: number): number {
  if (from < low) return low - from;
  return to > high ? Math.max(high - to, low - from) : 0;
}
