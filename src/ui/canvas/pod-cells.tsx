import { memo, useEffect, useRef } from 'react';
import { GLYPH_CELL_MIN, podBox, podGrid, POD_AREA } from '../../view/field.ts';
import { useGroup } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { useCrowd } from '../state/crowd.ts';
import { useHover } from '../state/hover.ts';
import { useSelection } from '../state/selection.ts';
import { useTheme } from '../state/theme.ts';
import { readCssColours, type CssColours } from './css-colours.ts';
import { litPods } from './lit-pods.ts';
import { PodChip } from './pod-chip.tsx';

/** The Pods of a node inside its card: chips while there is room for a sign, else cells on one small canvas. */
export const PodCells = memo(function PodCells({ node }: { readonly node: string }) {
  const { view } = usePage();
  const ids = useGroup(view.index.podsOnNode, node);
  const grid = podGrid(ids.length);
  const crowded = useCrowd((state) => state.crowded);
  if (ids.length === 0) return <p className="pod-area text-11 text-faint">no Pods</p>;
  if (crowded || grid.cell < GLYPH_CELL_MIN) return <PodCanvas node={node} ids={ids} />;
  return (
    <div
      className="pod-area"
      style={{
        gridTemplateColumns: `repeat(${grid.columns}, ${grid.cell}px)`,
        gap: grid.gap,
      }}
    >
      {ids.map((id) => (
        <PodChip key={id} id={id} size={grid.cell} />
      ))}
    </div>
  );
});

/** Many Pods, on this node or in sight: painted, because each chip is several DOM nodes and there may be thousands. */
function PodCanvas({ node, ids }: { readonly node: string; readonly ids: readonly string[] }) {
  const { view } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme((state) => state.theme);
  // Repainted when it is one of these that was, or is, selected.
  const selected = useSelection((state) =>
    state.selected !== undefined && ids.includes(state.selected) ? state.selected : undefined,
  );
  useEffect(() => {
    const paint = (): void => {
      const context = canvas.current?.getContext('2d');
      if (context === null || context === undefined) return;
      const scale = devicePixelRatio;
      const grid = podGrid(ids.length);
      const colours = readCssColours();
      context.setTransform(scale, 0, 0, scale, 0, 0);
      context.clearRect(0, 0, POD_AREA.width, POD_AREA.height);
      const lit = litPods(view, useHover.getState().focus);
      for (const [at, id] of ids.entries()) {
        const pod = view.pods.get(id);
        if (pod === undefined) continue;
        const { x, y } = podBox(at, grid);
        context.globalAlpha = lit === undefined || lit.has(id) ? 1 : 0.2;
        const cell = { x: x - POD_AREA.x, y: y - POD_AREA.y, size: grid.cell };
        paintCell(context, cell, colours.state[pod.statusClass]);
        if (id === selected) paintRing(context, cell, colours);
      }
    };
    paint();
    const releases = [
      view.watchPodsOn(node, paint),
      useHover.subscribe((state, last) => {
        if (state.focus !== last.focus) paint();
      }),
    ];
    return () => {
      for (const release of releases) release();
    };
  }, [view, node, ids, theme, selected]);
  const scale = devicePixelRatio;
  return (
    <canvas
      ref={canvas}
      className="pod-area"
      data-node-pods={node}
      width={POD_AREA.width * scale}
      height={POD_AREA.height * scale}
      style={{ width: POD_AREA.width, height: POD_AREA.height }}
      aria-label={`${ids.length} Pods; the Objects tab lists them`}
      role="img"
    />
  );
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** As a chip looks from afar: a frame and what is inside; where there is no room for both, a square. */
function paintCell(context: CanvasRenderingContext2D, { x, y, size }: Cell, colour: string): void {
  if (size < GLYPH_CELL_MIN) {
    context.fillStyle = colour;
    context.fillRect(x, y, size, size);
    return;
  }
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(x + 0.75, y + 0.75, size - 1.5, size - 1.5, size * 0.3);
  context.stroke();
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x + size / 2, y + size / 2, size * 0.19, 0, 2 * Math.PI);
  context.fill();
}

function paintRing(
  context: CanvasRenderingContext2D,
  { x, y, size }: Cell,
  { accent }: CssColours,
): void {
  context.globalAlpha = 1;
  context.strokeStyle = accent;
  context.lineWidth = 2;
  context.strokeRect(x - 1, y - 1, size + 2, size + 2);
}
