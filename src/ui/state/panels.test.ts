import { describe, expect, test } from 'vitest';
import { CENTRE_MIN, fitPanels, type PanelSizes } from './panels.ts';

const SIZES: PanelSizes = {
  left: 344,
  right: 328,
  bottom: 124,
  leftOpen: true,
  rightOpen: undefined,
  bottomOpen: true,
};

describe('panels share the width', () => {
  const cases = [
    {
      name: 'roomy: both as wanted',
      width: 1440,
      selecting: false,
      want: { left: 344, right: 328 },
    },
    {
      name: 'narrow: no inspector without a selection',
      width: 1024,
      selecting: false,
      want: { left: 287, right: 0 },
    },
    {
      name: 'narrow: the inspector in place of the left panel',
      width: 1024,
      selecting: true,
      want: { left: 0, right: 328 },
    },
    {
      name: 'very narrow: the inspector gives way too',
      width: 860,
      selecting: true,
      want: { left: 0, right: 300 },
    },
    {
      name: 'a telephone: one panel, and an edge of the map',
      width: 390,
      selecting: false,
      want: { left: 346, right: 0 },
    },
    {
      name: 'a telephone: the inspector of what is selected',
      width: 390,
      selecting: true,
      want: { left: 0, right: 346 },
    },
  ];
  test.each(cases)('$name', ({ width, selecting, want }) => {
    expect(fitPanels(width, SIZES, { selecting })).toEqual(want);
  });

  test('the canvas keeps its minimum from 816 px on', () => {
    for (let width = 816; width < 2000; width += 16) {
      const { left, right } = fitPanels(width, SIZES, { selecting: true });
      expect(width - left - right).toBeGreaterThanOrEqual(CENTRE_MIN);
    }
  });
});
