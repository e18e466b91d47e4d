import type { View } from '../../view/view.ts';
import type { HoverFocus } from '../state/hover.ts';

/** The Pods that stay lit while something is hovered; undefined: all are. */
export function litPods(
  view: View,
  focus: HoverFocus | undefined,
): ReadonlySet<string> | undefined {
  if (focus === undefined) return undefined;
  if (focus.kind === 'workload') return new Set(view.index.podsOfWorkload.ids(focus.key));
  const service = view.services.get(focus.id);
  return service === undefined ? undefined : new Set([...service.ready, ...service.notReady]);
}
