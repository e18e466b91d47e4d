import { useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { nodeBox, nodeSlotsIn } from '../../view/field.ts';
import { paintField, type RasterPalette } from '../../view/raster.ts';
import type { View } from '../../view/view.ts';
import { usePage } from '../page.tsx';
import { useLens } from '../scheduling/lens.ts';
import { paintLens } from '../scheduling/paint-lens.ts';
import { useHover } from '../state/hover.ts';
import { useSelection } from '../state/selection.ts';
import { useTheme } from '../state/theme.ts';
import { areaOf } from './camera.ts';
import { blendPixel, readCssColours, type CssColours } from './css-colours.ts';
import { litPods } from './lit-pods.ts';

/** Where a card is at least this wide on the screen its name is written into it. */
const NAME_WIDTH_MIN = 64;

/** The far levels: one canvas that draws everything, whatever there is. Painted when something changed. */
export function RasterLayer({ visible }: { readonly visible: boolean }) {
  const { view } = usePage();
  const store = useStoreApi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme((state) => state.theme);

  useEffect(() => {
    if (!visible) return undefined;
    let due = 0;
    const paint = (): void => {
      due = 0;
      if (canvas.current !== null) paintCanvas(canvas.current, view, store.getState());
    };
    const ask = (): void => {
      if (due === 0) due = requestAnimationFrame(paint);
    };
    ask();
    const releases = [
      store.subscribe((state, last) => {
        if (
          state.transform !== last.transform ||
          state.width !== last.width ||
          state.height !== last.height
        )
          ask();
      }),
      view.onFrame((effects) => {
        if (effects.field) ask();
      }),
      view.nodeSlots.watch(ask),
      useHover.subscribe(ask),
      useSelection.subscribe(ask),
      useLens.subscribe(ask),
    ];
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', ask);
    return () => {
      for (const release of releases) release();
      scheme.removeEventListener('change', ask);
      cancelAnimationFrame(due);
    };
  }, [view, store, visible, theme]);

  return (
    <canvas
      ref={canvas}
      className="raster"
      data-visible={visible}
      data-testid="raster"
      aria-hidden="true"
    />
  );
}

interface FlowSize {
  readonly transform: readonly [number, number, number];
  readonly width: number;
  readonly height: number;
}

// The buffer lives as long as the page: making one of several megabytes for each frame is garbage.
let image: ImageData | undefined;

function paintCanvas(canvas: HTMLCanvasElement, view: View, flow: FlowSize): void {
  const scale = devicePixelRatio;
  const width = Math.max(1, Math.round(flow.width * scale));
  const height = Math.max(1, Math.round(flow.height * scale));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d');
  if (context === null) return;
  if (image?.width !== width || image.height !== height) image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  pixels.fill(0);
  const [x, y, zoom] = flow.transform;
  const colours = readCssColours();
  const camera = { x: x * scale, y: y * scale, zoom: zoom * scale };
  const figures = paintField(
    view,
    { pixels, width, height },
    {
      camera,
      palette: paletteOf(colours),
      lit: litPods(view, useHover.getState().focus),
      selected: useSelection.getState().selected,
    },
  );
  context.putImageData(image, 0, 0);
  paintLens(context, view, flow, colours);
  if (zoom * 220 >= NAME_WIDTH_MIN) writeNames(context, view, flow, colours);
  canvas.dataset['nodes'] = String(figures.nodes);
  canvas.dataset['pods'] = String(figures.pods);
}

function writeNames(
  context: CanvasRenderingContext2D,
  view: View,
  flow: FlowSize,
  colours: CssColours,
): void {
  const [x, y, zoom] = flow.transform;
  const scale = devicePixelRatio;
  const size = Math.max(8, Math.min(13, 13 * zoom * 1.6));
  context.save();
  context.scale(scale, scale);
  context.font = `600 ${size}px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = 'middle';
  for (const slot of nodeSlotsIn(areaOf(flow.transform, flow), view.nodeSlots)) {
    const node = view.nodes.get(view.nodeSlots.idAt(slot) ?? '');
    if (node === undefined) continue;
    const box = nodeBox(slot, view.nodeSlots.columns);
    context.fillStyle = node.ready === 'True' ? colours.fg : colours.state.failed;
    const words = node.ready === 'True' ? node.name : `${node.name} ✕`;
    context.fillText(words, box.x * zoom + x + 5, (box.y + 18) * zoom + y, box.width * zoom - 10);
  }
  context.restore();
}

let cached: { readonly colours: CssColours; readonly palette: RasterPalette } | undefined;

function paletteOf(colours: CssColours): RasterPalette {
  if (cached?.colours === colours) return cached.palette;
  const { state, raise, bg } = colours;
  const on = (over: string, share = 1): number => blendPixel(raise, over, share);
  const palette: RasterPalette = {
    card: on(raise),
    frame: blendPixel(bg, colours.line2),
    bar: on(colours.line2),
    used: on(colours.accentMid),
    hatch: on(colours.line2),
    selected: on(colours.accent),
    state: {
      good: on(state.good),
      moving: on(state.moving),
      attention: on(state.attention),
      failed: on(state.failed),
      inert: on(state.inert),
    },
    dimmed: {
      good: on(state.good, 0.22),
      moving: on(state.moving, 0.22),
      attention: on(state.attention, 0.22),
      failed: on(state.failed, 0.22),
      inert: on(state.inert, 0.22),
    },
  };
  cached = { colours, palette };
  return palette;
}
