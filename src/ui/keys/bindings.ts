import { firstUsedBy, ownerOf, thingOf } from '../../view/selection.ts';
import { actionsFor } from '../actions/index.ts';
import {
  nudgeSpeed,
  stepBack,
  stepBackSecond,
  stepEvent,
  stepSecond,
  togglePause,
  toPresent,
  undo,
} from '../actions/clock.ts';
import { runAction } from '../actions/run-action.ts';
import { openMenu } from '../canvas/use-map-keys.ts';
import type { Page } from '../page.tsx';
import { useFilterFocus } from '../state/filter-focus.ts';
import { useMapCommands } from '../state/map-commands.ts';
import { openFaults } from '../state/fault-sheet.ts';
import { useHealthView } from '../state/health-view.ts';
import { useSheet } from '../state/menu.ts';
import { usePanels } from '../state/panels.ts';
import { revealLeft } from '../state/reveal-left.ts';
import { useSelection, type InspectorTab } from '../state/selection.ts';
import { useTerminal } from '../state/terminal.ts';
import { useTheme } from '../state/theme.ts';

/** One key and what it does: read by the key handler and by the sheet of keys, so they cannot differ. */
export interface Binding {
  /** As the sheet prints it. */
  readonly keys: string;
  readonly group: 'Time' | 'Selection' | 'View' | 'Everywhere';
  readonly does: string;
  readonly matches: (event: KeyboardEvent) => boolean;
  readonly run: (page: Page) => void;
}

/** A plain key: its character, whichever modifiers the keyboard needs to type it. */
function plain(key: string): (event: KeyboardEvent) => boolean {
  return (event) => event.key === key && !event.ctrlKey && !event.metaKey && !event.altKey;
}

/** A key by its place, with Shift: `Shift 1` is `!` or `"` or something else, depending on the layout. */
function shifted(code: string): (event: KeyboardEvent) => boolean {
  return (event) =>
    event.code === code && event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
}

function control(key: string): (event: KeyboardEvent) => boolean {
  return (event) =>
    (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === key;
}

function show(tab: InspectorTab): () => void {
  return () => {
    const { selected, cursor, select } = useSelection.getState();
    const id = selected ?? cursor;
    if (id === undefined) return;
    select(id, tab);
    if (usePanels.getState().rightOpen === false) usePanels.getState().toggle('right', true);
  };
}

function go(find: typeof ownerOf): (page: Page) => void {
  return ({ view }) => {
    const { selected, select } = useSelection.getState();
    const next = selected === undefined ? undefined : find(view, selected);
    if (next !== undefined) select(next);
  };
}

function runShortcut(shortcut: string): (page: Page) => void {
  return (page) => {
    const { selected } = useSelection.getState();
    const thing = selected === undefined ? undefined : thingOf(page.view, selected);
    if (thing === undefined) return;
    const action = actionsFor(thing, page).find((each) => each.shortcut === shortcut);
    if (action !== undefined) void runAction(action, thing, page);
  };
}

function focusFilter(): void {
  revealLeft('objects');
  useFilterFocus.getState().ask();
}

/** What Escape closes, from the top down. */
function escape(): void {
  const { selected, select } = useSelection.getState();
  if (selected !== undefined) select(undefined);
  else useHealthView.getState().toggle(false);
}

export const BINDINGS: readonly Binding[] = [
  { keys: '.', group: 'Time', does: 'Step: the next event', matches: plain('.'), run: stepEvent },
  {
    keys: 'Alt .',
    group: 'Time',
    does: 'Step: one second',
    matches: (event) => event.altKey && event.code === 'Period',
    run: stepSecond,
  },
  {
    keys: ',',
    group: 'Time',
    does: 'Step back: the last event',
    matches: plain(','),
    run: stepBack,
  },
  {
    keys: 'Alt ,',
    group: 'Time',
    does: 'Step back: one second',
    matches: (event) => event.altKey && event.code === 'Comma',
    run: stepBackSecond,
  },
  {
    keys: 'p',
    group: 'Time',
    does: 'To the present',
    matches: plain('p'),
    run: toPresent,
  },
  {
    keys: 'Ctrl Z',
    group: 'Time',
    does: 'Undo the last act: a future without it',
    matches: (event) => control('z')(event) && !event.shiftKey,
    run: undo,
  },
  {
    keys: '>',
    group: 'Time',
    does: 'Faster',
    matches: plain('>'),
    run: (page) => nudgeSpeed(page, 1),
  },
  {
    keys: '<',
    group: 'Time',
    does: 'Slower',
    matches: plain('<'),
    run: (page) => nudgeSpeed(page, -1),
  },
  {
    keys: 'd',
    group: 'Selection',
    does: 'Describe: the summary',
    matches: plain('d'),
    run: show('summary'),
  },
  { keys: 'y', group: 'Selection', does: 'Live YAML', matches: plain('y'), run: show('yaml') },
  { keys: 'e', group: 'Selection', does: 'Events', matches: plain('e'), run: show('events') },
  { keys: 'w', group: 'Selection', does: 'Why is it so?', matches: plain('w'), run: show('why') },
  {
    keys: 'x',
    group: 'Selection',
    does: 'Break it, or mend it',
    matches: plain('x'),
    run() {
      const { selected, cursor } = useSelection.getState();
      const id = selected ?? cursor;
      if (id !== undefined) openMenu(document.querySelector('.map'), id, 'break');
    },
  },
  {
    keys: 'Shift X',
    group: 'Selection',
    does: 'Break something, with settings',
    matches: shifted('KeyX'),
    run() {
      const { selected, cursor } = useSelection.getState();
      openFaults(selected ?? cursor);
    },
  },
  {
    keys: 'Del',
    group: 'Selection',
    does: 'Delete',
    matches: plain('Delete'),
    run: runShortcut('Del'),
  },
  {
    keys: 'Shift J',
    group: 'Selection',
    does: 'To its owner',
    matches: shifted('KeyJ'),
    run: go(ownerOf),
  },
  {
    keys: 'u',
    group: 'Selection',
    does: 'To what it owns or carries',
    matches: plain('u'),
    run: go(firstUsedBy),
  },
  {
    keys: '[',
    group: 'Selection',
    does: 'Back',
    matches: plain('['),
    run: () => useSelection.getState().back(),
  },
  {
    keys: ']',
    group: 'Selection',
    does: 'Forward',
    matches: plain(']'),
    run: () => useSelection.getState().forward(),
  },
  { keys: 'Esc', group: 'Selection', does: 'One level up', matches: plain('Escape'), run: escape },
  {
    keys: '+',
    group: 'View',
    does: 'Zoom in',
    matches: (event) => plain('+')(event) || plain('=')(event),
    run: () => useMapCommands.getState().commands?.zoomIn(),
  },
  {
    keys: '−',
    group: 'View',
    does: 'Zoom out',
    matches: plain('-'),
    run: () => useMapCommands.getState().commands?.zoomOut(),
  },
  {
    keys: 'Shift 1',
    group: 'View',
    does: 'Fit everything',
    matches: (event) => shifted('Digit1')(event) || plain('f')(event),
    run: () => useMapCommands.getState().commands?.fitAll(),
  },
  {
    keys: 'Shift 2',
    group: 'View',
    does: 'Fit the selection',
    matches: shifted('Digit2'),
    run: () => useMapCommands.getState().commands?.fitSelection(),
  },
  {
    keys: 'h',
    group: 'View',
    does: 'Health of every component',
    matches: plain('h'),
    run: () => useHealthView.getState().toggle(),
  },
  {
    keys: 'Ctrl B',
    group: 'View',
    does: 'Left panel',
    matches: control('b'),
    run() {
      if (document.querySelector('.panel-left') === null) revealLeft();
      else usePanels.getState().toggle('left', false);
    },
  },
  {
    keys: 'Ctrl I',
    group: 'View',
    does: 'Inspector',
    matches: control('i'),
    run() {
      const open = document.querySelector('[data-panel-of="inspector"]') !== null;
      usePanels.getState().toggle('right', !open);
    },
  },
  {
    keys: 'Ctrl `',
    group: 'Everywhere',
    does: 'Terminal',
    // By its place as well: on many keyboards the backtick waits for a letter.
    matches: (event) =>
      (event.ctrlKey && (event.key === '`' || event.code === 'Backquote')) || plain('`')(event),
    run: () => useTerminal.getState().toggle(),
  },
  { keys: '/', group: 'Everywhere', does: 'Filter objects', matches: plain('/'), run: focusFilter },
  {
    keys: ':',
    group: 'Everywhere',
    does: 'Go to a kind or name',
    matches: plain(':'),
    run: () => useSheet.getState().open('palette', ':'),
  },
  {
    keys: 'Ctrl K',
    group: 'Everywhere',
    does: 'Search, or do anything',
    matches: control('k'),
    run: () => useSheet.getState().open('palette'),
  },
  {
    keys: '?',
    group: 'Everywhere',
    does: 'These keys',
    matches: plain('?'),
    run: () => useSheet.getState().open('keys'),
  },
  {
    keys: 'Alt Shift D',
    group: 'Everywhere',
    does: 'Theme: system, light, dark',
    matches: (event) => event.altKey && event.shiftKey && event.code === 'KeyD',
    run: () => useTheme.getState().next(),
  },
];

/** Space is special: it acts on release, and only if nothing was dragged while it was held. */
export const SPACE = {
  keys: 'Space',
  group: 'Time',
  does: 'Pause, resume (held: pan)',
  run: togglePause,
} as const;

/** Keys of the focused canvas, for the sheet. */
export const MAP_KEYS: readonly { readonly keys: string; readonly does: string }[] = [
  { keys: '← ↑ → ↓', does: 'To the neighbour' },
  { keys: 'Enter', does: 'Inspect' },
  { keys: 'F10', does: 'Its menu' },
];
