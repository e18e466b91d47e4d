import { create } from 'zustand';
import { readStoredRecord, writeStored } from './stored.ts';

export type LeftTab = 'manifests' | 'scenarios' | 'objects' | 'events';

/** How wide and high the person made the panels. `undefined` of `rightOpen`: as the window's width suggests. */
export interface PanelSizes {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly leftOpen: boolean;
  readonly rightOpen: boolean | undefined;
  readonly bottomOpen: boolean;
}

export const PANEL_LIMITS = {
  left: { min: 256, max: 640 },
  right: { min: 256, max: 560 },
  bottom: { min: 92, max: 280 },
} as const;

/** Below this width, a telephone's, the map comes first, and one panel at a time takes nearly all of it. */
export const SMALL_WIDTH = 640;
/** What is left of the map then, to come back to it. */
const EDGE = 44;

const DEFAULTS: PanelSizes = {
  left: 328,
  right: 316,
  // A low window needs its height for the canvas.
  bottom: typeof innerHeight === 'number' && innerHeight < 800 ? 118 : 146,
  leftOpen: typeof innerWidth !== 'number' || innerWidth >= SMALL_WIDTH,
  rightOpen: undefined,
  bottomOpen: true,
};

/** What the canvas keeps whatever the panels want. */
export const CENTRE_MIN = 560;
/** In a narrow window the left panel takes no more than this of it. */
const LEFT_SHARE_MAX = 0.28;
/** Below this width the inspector opens only for a selection. */
export const ROOMY_WIDTH = 1180;

interface PanelsState extends PanelSizes {
  readonly leftTab: LeftTab;
  resize(panel: 'left' | 'right' | 'bottom', size: number): void;
  toggle(panel: 'left' | 'right' | 'bottom', open: boolean): void;
  /** The inspector follows the window and the selection again. */
  autoRight(): void;
  showLeft(tab: LeftTab): void;
}

export const usePanels = create<PanelsState>()((set, get) => {
  const save = (change: Partial<PanelSizes & { leftTab: LeftTab }>): void => {
    set(change);
    const { left, right, bottom, leftOpen, rightOpen, bottomOpen, leftTab } = get();
    const all = { left, right, bottom, leftOpen, rightOpen, bottomOpen, leftTab };
    writeStored('panels', JSON.stringify(all));
  };
  return {
    ...restored(),
    resize(panel, size) {
      const { min, max } = PANEL_LIMITS[panel];
      save({ [panel]: Math.round(Math.min(max, Math.max(min, size))) });
    },
    toggle(panel, open) {
      if (panel === 'left') save({ leftOpen: open });
      else if (panel === 'right') save({ rightOpen: open });
      else save({ bottomOpen: open });
    },
    autoRight: () => save({ rightOpen: undefined }),
    showLeft: (leftTab) => save({ leftTab, leftOpen: true }),
  };
});

function restored(): PanelSizes & { leftTab: LeftTab } {
  const stored = readStoredRecord('panels') ?? {};
  const number = (key: 'left' | 'right' | 'bottom'): number => {
    const value = stored[key];
    return typeof value === 'number' && Number.isFinite(value) ? value : DEFAULTS[key];
  };
  const flag = (key: 'leftOpen' | 'bottomOpen'): boolean =>
    typeof stored[key] === 'boolean' ? stored[key] : DEFAULTS[key];
  const tab = stored['leftTab'];
  return {
    left: number('left'),
    right: number('right'),
    bottom: number('bottom'),
    leftOpen: flag('leftOpen'),
    rightOpen: typeof stored['rightOpen'] === 'boolean' ? stored['rightOpen'] : undefined,
    bottomOpen: flag('bottomOpen'),
    leftTab: tab === 'objects' || tab === 'events' || tab === 'scenarios' ? tab : 'manifests',
  };
}

/** What the panels get in a window of this width. Zero: closed. */
export interface PanelFit {
  readonly left: number;
  readonly right: number;
}

/**
 * Shares the width out: the canvas keeps its minimum; where both panels do not fit at their sizes they
 * give way down to their minima, and at last the left one closes.
 */
export function fitPanels(
  width: number,
  sizes: PanelSizes,
  { selecting }: { readonly selecting: boolean },
): PanelFit {
  const wantsRight = sizes.rightOpen ?? (selecting || width >= ROOMY_WIDTH);
  if (width < SMALL_WIDTH) {
    if (wantsRight) return { left: 0, right: width - EDGE };
    return { left: sizes.leftOpen ? width - EDGE : 0, right: 0 };
  }
  const widest = Math.max(PANEL_LIMITS.left.min, Math.round(width * LEFT_SHARE_MAX));
  let left = sizes.leftOpen ? Math.min(sizes.left, widest) : 0;
  let right = wantsRight ? sizes.right : 0;
  const excess = (): number => Math.max(0, left + right + CENTRE_MIN - width);
  if (right > 0) right = Math.max(PANEL_LIMITS.right.min, right - excess());
  if (left > 0) left = Math.max(PANEL_LIMITS.left.min, left - excess());
  if (excess() > 0 && right > 0 && left > 0) {
    // Too narrow for both: what was asked for last is the inspector.
    left = 0;
    right = Math.max(PANEL_LIMITS.right.min, Math.min(sizes.right, width - CENTRE_MIN));
  }
  return { left, right };
}
