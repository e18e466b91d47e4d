import { nodeBox, nodeSlotsIn } from '../../view/field.ts';
import type { View } from '../../view/view.ts';
import { areaOf } from '../canvas/camera.ts';
import type { CssColours } from '../canvas/css-colours.ts';
import { currentLens, useLens } from './lens.ts';

interface FlowSize {
  readonly transform: readonly [number, number, number];
  readonly width: number;
  readonly height: number;
}

/** Cards smaller than this on the screen get no sign. */
const SIGN_WIDTH_MIN = 34;

/**
 * The scheduling lens at the far levels: nodes that cannot take the Pod are veiled, and crossed out where there
 * is room; those with a rarer reason are framed, like the chosen one. Pods that would come are a dashed frame.
 */
export function paintLens(
  context: CanvasRenderingContext2D,
  view: View,
  flow: FlowSize,
  colours: CssColours,
): void {
  const lens = currentLens(useLens.getState());
  if (lens === undefined) return;
  const [x, y, zoom] = flow.transform;
  context.save();
  context.scale(devicePixelRatio, devicePixelRatio);
  for (const slot of nodeSlotsIn(areaOf(flow.transform, flow), view.nodeSlots)) {
    const node = view.nodes.get(view.nodeSlots.idAt(slot) ?? '');
    const verdict = node === undefined ? undefined : lens.verdicts.get(node.name);
    if (verdict === undefined) continue;
    const box = nodeBox(slot, view.nodeSlots.columns);
    const left = box.x * zoom + x;
    const top = box.y * zoom + y;
    const width = box.width * zoom;
    const height = box.height * zoom;
    if (verdict.kind === 'refused') {
      context.globalAlpha = 0.72;
      context.fillStyle = colours.bg;
      context.fillRect(left, top, width, height);
      context.globalAlpha = 1;
      if (verdict.words !== lens.commonest) {
        context.strokeStyle = colours.state.attention;
        context.lineWidth = 1.5;
        context.strokeRect(left, top, width, height);
      }
      if (width < SIGN_WIDTH_MIN) continue;
      context.strokeStyle = colours.state.attention;
      context.lineWidth = 1.5;
      const arm = Math.min(5, width / 5);
      const middleX = left + width / 2;
      const middleY = top + height / 2;
      context.beginPath();
      context.moveTo(middleX - arm, middleY - arm);
      context.lineTo(middleX + arm, middleY + arm);
      context.moveTo(middleX + arm, middleY - arm);
      context.lineTo(middleX - arm, middleY + arm);
      context.stroke();
      continue;
    }
    if (verdict.kind === 'feasible') {
      // A bar at the foot, as on the card.
      context.fillStyle = colours.state.good;
      const foot = Math.max(1.5, 4 * zoom);
      context.fillRect(left, top + height - foot, width * verdict.share, foot);
      continue;
    }
    context.strokeStyle = verdict.kind === 'chosen' ? colours.state.good : colours.accent;
    context.lineWidth = 2;
    context.setLineDash(verdict.kind === 'chosen' ? [] : [4, 3]);
    context.strokeRect(left - 1, top - 1, width + 2, height + 2);
    context.setLineDash([]);
  }
  context.restore();
}
