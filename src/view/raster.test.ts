import { describe, expect, test } from 'vitest';
import { paintField, type RasterPalette } from './raster.ts';
import { aFrame, aNode, aPod } from './testing/cards.ts';
import { createView, type View } from './view.ts';

const STATE = { good: 1, moving: 2, attention: 3, failed: 4, inert: 5 };
const PALETTE: RasterPalette = {
  card: 10,
  frame: 11,
  bar: 12,
  used: 13,
  hatch: 14,
  selected: 15,
  state: STATE,
  dimmed: { good: 21, moving: 22, attention: 23, failed: 24, inert: 25 },
};

function aView(nodes: number, podsEach: number): View {
  const view = createView({ onWanted: () => undefined });
  const pods = Array.from({ length: nodes * podsEach }, (_, at) =>
    aPod({
      id: `p${at}`,
      node: `node-${(at % nodes) + 1}`,
      statusClass: at === 0 ? 'failed' : 'good',
      queue: '',
    }),
  );
  view.take({
    type: 'frame',
    frame: aFrame({
      full: true,
      nodes: {
        upsert: Array.from({ length: nodes }, (_, at) =>
          aNode({ id: `n${at + 1}`, name: `node-${at + 1}` }),
        ),
        remove: [],
      },
      pods: { upsert: pods, remove: [] },
    }),
  });
  return view;
}

function paint(view: View, zoom: number, options: { lit?: Set<string> } = {}) {
  const [width, height] = [900, 600];
  const pixels = new Uint32Array(width * height);
  const figures = paintField(
    view,
    { pixels, width, height },
    { camera: { x: 0, y: 0, zoom }, palette: PALETTE, lit: options.lit, selected: undefined },
  );
  return { pixels, figures };
}

describe('the far levels', () => {
  test('far out everything is painted: each of ten thousand Pods', () => {
    const view = aView(1000, 10);
    const { figures, pixels } = paint(view, 0.09);
    expect(figures).toEqual({ nodes: 1000, pods: 10_000 });
    expect(pixels).toContain(STATE.good);
    // The one failed Pod can be found.
    expect(pixels).toContain(STATE.failed);
  });

  test('nearer, the cost follows what is in view', () => {
    const view = aView(1000, 10);
    const { figures } = paint(view, 0.5);
    expect(figures.nodes).toBeLessThan(64);
    expect(figures.pods).toBe(figures.nodes * 10);
  });

  test('what is not lit is dimmed', () => {
    const view = aView(2, 3);
    const { pixels } = paint(view, 1, { lit: new Set(['p1']) });
    expect(pixels).toContain(PALETTE.dimmed.good);
    expect(pixels).toContain(PALETTE.state.good);
    expect(pixels).toContain(PALETTE.dimmed.failed);
    expect(pixels).not.toContain(PALETTE.state.failed);
  });
});
