import type { StatusClass } from '../bridge/cards.ts';
import { nodeBox, nodeSlotsIn, podBox, podGrid, POD_AREA, type Box } from './field.ts';
import type { View } from './view.ts';

/**
 * The far levels of the canvas as pixels: every node and every Pod of a large cluster, painted into one
 * buffer. Plain arithmetic on a Uint32Array, because ten thousand DOM nodes, or as many calls of a canvas
 * context, take longer than a frame.
 */

/** A buffer of pixels, each 0xAABBGGRR as ImageData lays them out. */
export interface PixelBuffer {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/** Screen = world × zoom + offset, in device pixels. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface RasterPalette {
  readonly card: number;
  readonly frame: number;
  readonly bar: number;
  readonly used: number;
  readonly hatch: number;
  readonly selected: number;
  readonly state: Readonly<Record<StatusClass, number>>;
  readonly dimmed: Readonly<Record<StatusClass, number>>;
}

export interface RasterOptions {
  readonly camera: Camera;
  readonly palette: RasterPalette;
  /** Only these Pods keep their colour; undefined: all. */
  readonly lit: ReadonlySet<string> | undefined;
  readonly selected: string | undefined;
}

/** What was painted, for tests and the frame-time display: cost follows it. */
export interface RasterFigures {
  readonly nodes: number;
  readonly pods: number;
}

/** From this cell size on shapes repeat what colours say. */
const SHAPE_CELL_MIN = 5;

export function paintField(view: View, buffer: PixelBuffer, options: RasterOptions): RasterFigures {
  const { camera } = options;
  const area: Box = {
    x: -camera.x / camera.zoom,
    y: -camera.y / camera.zoom,
    width: buffer.width / camera.zoom,
    height: buffer.height / camera.zoom,
  };
  let nodes = 0;
  let pods = 0;
  for (const slot of nodeSlotsIn(area, view.nodeSlots)) {
    const id = view.nodeSlots.idAt(slot);
    if (id === undefined) continue;
    pods += paintNode(view, buffer, id, nodeBox(slot, view.nodeSlots.columns), options);
    nodes += 1;
  }
  return { nodes, pods };
}

function paintNode(
  view: View,
  buffer: PixelBuffer,
  id: string,
  box: Box,
  options: RasterOptions,
): number {
  const node = view.nodes.get(id);
  if (node === undefined) return 0;
  const { camera, palette } = options;
  const card = toScreen(box, camera);
  fill(buffer, card, palette.card);
  if (node.ready !== 'True') hatch(buffer, card, palette.hatch);
  paintBars(buffer, node, box, options);
  const calm = node.statusClass === 'good';
  const frame =
    id === options.selected
      ? palette.selected
      : calm
        ? palette.frame
        : palette.state[node.statusClass];
  outline(buffer, card, frame, calm && id !== options.selected ? 1 : 2);
  return paintPods(view, buffer, node.name, box, options);
}

/** Two hair-lines: CPU and memory, requested over allocatable. */
function paintBars(
  buffer: PixelBuffer,
  node: {
    readonly cpuRequestedMilli: number;
    readonly cpuAllocatableMilli: number;
    readonly memoryRequestedBytes: number;
    readonly memoryAllocatableBytes: number;
  },
  box: Box,
  { camera, palette }: RasterOptions,
): void {
  const shares = [
    node.cpuRequestedMilli / Math.max(node.cpuAllocatableMilli, 1),
    node.memoryRequestedBytes / Math.max(node.memoryAllocatableBytes, 1),
  ];
  for (const [at, share] of shares.entries()) {
    const bar: Box = {
      x: box.x + POD_AREA.x,
      y: box.y + 52 + at * 28,
      width: POD_AREA.width,
      height: 8,
    };
    fill(buffer, toScreen(bar, camera), palette.bar);
    fill(buffer, toScreen({ ...bar, width: bar.width * Math.min(share, 1) }, camera), palette.used);
  }
}

function paintPods(
  view: View,
  buffer: PixelBuffer,
  node: string,
  box: Box,
  { camera, palette, lit, selected }: RasterOptions,
): number {
  const ids = view.index.podsOnNode.ids(node);
  const grid = podGrid(ids.length);
  for (const [at, id] of ids.entries()) {
    const pod = view.pods.get(id);
    if (pod === undefined) continue;
    const cell = podBox(at, grid);
    const screen = toScreen({ ...cell, x: box.x + cell.x, y: box.y + cell.y }, camera);
    const colours = lit === undefined || lit.has(id) ? palette.state : palette.dimmed;
    stamp(buffer, screen, colours[pod.statusClass], pod.statusClass);
    if (id === selected) outline(buffer, grow(screen, 2), palette.selected, 2);
  }
  return ids.length;
}

interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Snapped to whole pixels, and never thinner than one: otherwise cells would flicker while panning. */
function toScreen(box: Box, camera: Camera): PixelBox {
  const left = Math.round(box.x * camera.zoom + camera.x);
  const top = Math.round(box.y * camera.zoom + camera.y);
  return {
    left,
    top,
    right: Math.max(left + 1, Math.round((box.x + box.width) * camera.zoom + camera.x)),
    bottom: Math.max(top + 1, Math.round((box.y + box.height) * camera.zoom + camera.y)),
  };
}

function grow(box: PixelBox, by: number): PixelBox {
  return { left: box.left - by, top: box.top - by, right: box.right + by, bottom: box.bottom + by };
}

function fill({ pixels, width, height }: PixelBuffer, box: PixelBox, colour: number): void {
  const left = Math.max(box.left, 0);
  const right = Math.min(box.right, width);
  if (left >= right) return;
  const bottom = Math.min(box.bottom, height);
  for (let y = Math.max(box.top, 0); y < bottom; y++) {
    pixels.fill(colour, y * width + left, y * width + right);
  }
}

function outline(buffer: PixelBuffer, box: PixelBox, colour: number, thickness: number): void {
  fill(buffer, { ...box, bottom: box.top + thickness }, colour);
  fill(buffer, { ...box, top: box.bottom - thickness }, colour);
  fill(buffer, { ...box, right: box.left + thickness }, colour);
  fill(buffer, { ...box, left: box.right - thickness }, colour);
}

/** Diagonal lines over a box: not Ready, also without colour. */
function hatch({ pixels, width, height }: PixelBuffer, box: PixelBox, colour: number): void {
  const left = Math.max(box.left, 0);
  const right = Math.min(box.right, width);
  for (let y = Math.max(box.top, 0); y < Math.min(box.bottom, height); y++) {
    for (let x = left; x < right; x++) {
      if ((x + y) % 6 < 2) pixels[y * width + x] = colour;
    }
  }
}

/** A Pod's cell: full when well, and a shape of its own otherwise where there is room for one. */
function stamp(buffer: PixelBuffer, box: PixelBox, colour: number, statusClass: StatusClass): void {
  const size = box.right - box.left;
  if (statusClass === 'good' || size < SHAPE_CELL_MIN) {
    fill(buffer, box, colour);
    return;
  }
  const { pixels, width, height } = buffer;
  const line = Math.max(1, size / 5);
  for (let y = Math.max(box.top, 0); y < Math.min(box.bottom, height); y++) {
    for (let x = Math.max(box.left, 0); x < Math.min(box.right, width); x++) {
      if (inShape(statusClass, x - box.left, y - box.top, size, line))
        pixels[y * width + x] = colour;
    }
  }
}

/** Failed is a cross, attention a triangle, moving a frame with a corner, inert a frame. */
function inShape(
  statusClass: StatusClass,
  x: number,
  y: number,
  size: number,
  line: number,
): boolean {
  const rim = x < line || y < line || x >= size - line || y >= size - line;
  switch (statusClass) {
    case 'good':
      return true;
    case 'failed':
      return Math.abs(x - y) <= line || Math.abs(x + y - size + 1) <= line;
    case 'attention':
      return Math.abs(x - (size - 1) / 2) <= y / 2;
    case 'moving':
      return rim || (x >= size / 2 && y < size / 2);
    case 'inert':
      return rim;
  }
}
