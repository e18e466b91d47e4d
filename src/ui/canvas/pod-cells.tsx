import { memo, useEffect, useRef } from 'react';
import { GLYPH_CELL_MIN, podBox, podGrid, POD_AREA } from '../../view/field.ts';
import { useGroup } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { useTheme } from '../state/theme.ts';
import { readCssColours } from './css-colours.ts';
import { PodChip } from './pod-chip.tsx';

/** The Pods of a node inside its card: chips while there is room for a sign, else cells on one small canvas. */
export const PodCells = memo(function PodCells({ node }: { readonly node: string }) {
  const { view } = usePage();
  const ids = useGroup(view.index.podsOnNode, node);
  const grid = podGrid(ids.length);
  if (ids.length === 0) return <p className="pod-area text-11 text-faint">no Pods</p>;
  if (grid.cell < GLYPH_CELL_MIN) return <PodCanvas node={node} ids={ids} />;
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

/** Forty and more Pods: painted, because each chip is several DOM nodes and there may be thousands. */
function PodCanvas({ node, ids }: { readonly node: string; readonly ids: readonly string[] }) {
  const { view } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme((state) => state.theme);
  useEffect(() => {
    const paint = (): void => {
      const context = canvas.current?.getContext('2d');
      if (context === null || context === undefined) return;
      const scale = devicePixelRatio;
      const grid = podGrid(ids.length);
      const colours = readCssColours();
      context.setTransform(scale, 0, 0, scale, 0, 0);
      context.clearRect(0, 0, POD_AREA.width, POD_AREA.height);
      for (const [at, id] of ids.entries()) {
        const pod = view.pods.get(id);
        if (pod === undefined) continue;
        const box = podBox(at, grid);
        context.fillStyle = colours.state[pod.statusClass];
        context.fillRect(box.x - POD_AREA.x, box.y - POD_AREA.y, box.width, box.height);
      }
    };
    paint();
    return view.watchPodsOn(node, paint);
  }, [view, node, ids, theme]);
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
