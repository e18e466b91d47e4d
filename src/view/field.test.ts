import { describe, expect, test } from 'vitest';
import {
  fieldBox,
  nodeBox,
  nodeColumns,
  nodeSlotsIn,
  podBox,
  podGrid,
  POD_AREA,
  type Box,
} from './field.ts';

function inside(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x - 0.01 &&
    inner.y >= outer.y - 0.01 &&
    inner.x + inner.width <= outer.x + outer.width + 0.01 &&
    inner.y + inner.height <= outer.y + outer.height + 0.01
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe('the field', () => {
  test.each([1, 2, 3, 4, 7, 10, 100, 1000])(
    '%i nodes do not overlap and lie in the field',
    (count) => {
      const columns = nodeColumns(count);
      const field = fieldBox({ columns, extent: count });
      const boxes = Array.from({ length: count }, (_, slot) => nodeBox(slot, columns));
      for (const [at, box] of boxes.entries()) {
        expect(inside(box, field)).toBe(true);
        const next = boxes[at + 1];
        if (next !== undefined) expect(overlap(box, next)).toBe(false);
      }
    },
  );

  test.each([3, 100])('of %i nodes just those in view are found', (count) => {
    const columns = nodeColumns(count);
    const area = { x: 100, y: 150, width: 600, height: 300 };
    const found = new Set(nodeSlotsIn(area, { columns, extent: count }));
    for (let slot = 0; slot < count; slot++) {
      if (overlap(nodeBox(slot, columns), area)) expect(found.has(slot)).toBe(true);
    }
    expect(found.size).toBeLessThanOrEqual(count);
  });

  test.each([1, 21, 22, 40, 60, 96, 110, 240, 1000])('%i Pods fit in a card', (count) => {
    const grid = podGrid(count);
    const last = podBox(count - 1, grid);
    expect(inside(last, POD_AREA)).toBe(true);
    expect(inside(podBox(Math.min(grid.columns, count) - 1, grid), POD_AREA)).toBe(true);
  });
});
