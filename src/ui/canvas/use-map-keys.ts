import { useCallback, type KeyboardEvent, type RefObject } from 'react';
import { neighbourOf, type Direction } from '../../view/neighbours.ts';
import { podStatusText } from '../../view/pod-glyph.ts';
import { thingKind, thingName, thingOf, type ThingId } from '../../view/selection.ts';
import type { View } from '../../view/view.ts';
import { plural } from '../../view/words.ts';
import { usePage } from '../page.tsx';
import { announce } from '../state/announcements.ts';
import { useMenu } from '../state/menu.ts';
import { useSelection } from '../state/selection.ts';

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** The keyboard on the canvas: arrows go to neighbours and say what is there, Enter inspects. */
export function useMapKeys(root: RefObject<HTMLElement | null>) {
  const { view } = usePage();
  return useCallback(
    (event: KeyboardEvent): void => {
      if (event.target !== root.current || event.metaKey || event.ctrlKey || event.altKey) return;
      const { cursor, point, select } = useSelection.getState();
      const direction = ARROWS[event.key];
      if (direction !== undefined) {
        event.preventDefault();
        const next = neighbourOf(view, cursor, direction);
        if (next === undefined) return;
        point(next);
        announce(describe(view, next), { now: true });
      } else if (event.key === 'Enter' && cursor !== undefined) {
        event.preventDefault();
        select(cursor);
      } else if ((event.key === 'ContextMenu' || event.key === 'F10') && cursor !== undefined) {
        event.preventDefault();
        select(cursor);
        openMenu(root.current, cursor);
      }
    },
    [root, view],
  );
}

/** The context menu beside a thing, or in the middle of the canvas when it is out of sight. */
export function openMenu(map: Element | null, target: ThingId, only?: 'break'): void {
  const element = map?.querySelector(`[data-thing="${CSS.escape(target)}"]`) ?? map;
  const box = element?.getBoundingClientRect();
  const place =
    box === undefined
      ? { x: innerWidth / 2, y: innerHeight / 2 }
      : { x: box.left + Math.min(box.width, 240) / 2, y: box.top + Math.min(box.height, 48) };
  useMenu.getState().show({ ...place, target, ...(only === undefined ? {} : { only }) });
}

function describe(view: View, id: ThingId): string {
  const thing = thingOf(view, id);
  if (thing === undefined) return '';
  const name = `${thingKind(thing)} ${thingName(thing)}`;
  switch (thing.kind) {
    case 'pod':
      return `${name}, ${podStatusText(thing.row, { pulling: view.events.isPulling(id) })}`;
    case 'node':
      return `${name}, ${thing.row.status}, ${plural(thing.row.pods, 'Pod')}`;
    case 'service':
      return `${name}, ${plural(thing.row.ready.length, 'endpoint')} ready`;
    case 'component':
      return `${name}, ${thing.row.state}`;
    case 'workload':
    case 'object':
      return name;
  }
}
