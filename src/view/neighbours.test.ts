import { describe, expect, test } from 'vitest';
import { thingAt } from './hit-test.ts';
import { nodeBox, podBox, podGrid } from './field.ts';
import { neighbourOf, type Direction } from './neighbours.ts';
import { aFrame, aNode, aPod, aService } from './testing/cards.ts';
import { createView, type View } from './view.ts';

/** Four nodes in two columns; nine Pods on node-1 (seven to a row); a Service; one Pod that waits. */
function aView(): View {
  const view = createView({ onWanted: () => undefined });
  const pods = Array.from({ length: 9 }, (_, at) =>
    aPod({ id: `p${at}`, node: 'node-1', createdAt: at, queue: '' }),
  );
  view.take({
    type: 'frame',
    frame: aFrame({
      full: true,
      nodes: {
        upsert: [1, 2, 3, 4].map((at) => aNode({ id: `n${at}`, name: `node-${at}` })),
        remove: [],
      },
      pods: { upsert: [...pods, aPod({ id: 'waiting', queue: 'unschedulable' })], remove: [] },
      services: { upsert: [aService({ id: 'svc', selector: { app: 'web' } })], remove: [] },
    }),
  });
  return view;
}

describe('arrow keys on the canvas', () => {
  const cases: readonly (readonly [string, Direction, string | undefined])[] = [
    ['component:kube-apiserver', 'left', 'component:kube-controller-manager'],
    ['component:kube-apiserver', 'down', 'n1'],
    ['n1', 'up', 'component:kube-apiserver'],
    ['n1', 'right', 'n2'],
    ['n1', 'left', 'svc'],
    ['n1', 'down', 'p0'],
    ['n2', 'down', 'n4'],
    ['n2', 'right', 'waiting'],
    ['p0', 'right', 'p1'],
    ['p0', 'down', 'p7'],
    ['p7', 'up', 'p0'],
    ['p3', 'up', 'n1'],
    ['p8', 'down', 'n3'],
    ['p6', 'right', 'n2'],
    ['svc', 'right', 'n1'],
    ['svc', 'up', 'component:kube-scheduler'],
    ['waiting', 'left', 'n1'],
  ];
  const view = aView();
  test.each(cases)('%s %s → %s', (from, direction, want) => {
    expect(neighbourOf(view, from, direction)).toBe(want);
  });

  test('the first arrow lands on the first node', () => {
    expect(neighbourOf(view, undefined, 'right')).toBe('n1');
  });
});

describe('what is under the pointer at a far level', () => {
  const view = aView();
  test('every Pod and every node is found at its own place', () => {
    const card = nodeBox(0, view.nodeSlots.columns);
    const grid = podGrid(9);
    for (let at = 0; at < 9; at++) {
      const box = podBox(at, grid);
      const middle = { x: card.x + box.x + box.width / 2, y: card.y + box.y + box.height / 2 };
      expect(thingAt(view, middle)).toBe(`p${at}`);
    }
    for (let slot = 0; slot < 4; slot++) {
      const box = nodeBox(slot, view.nodeSlots.columns);
      expect(thingAt(view, { x: box.x + 4, y: box.y + 4 })).toBe(`n${slot + 1}`);
    }
  });

  test('between the cards there is nothing', () => {
    const card = nodeBox(0, view.nodeSlots.columns);
    expect(thingAt(view, { x: card.x + card.width + 6, y: card.y + 20 })).toBeUndefined();
    expect(thingAt(view, { x: -50, y: -50 })).toBeUndefined();
  });
});
