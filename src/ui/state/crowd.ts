import { create } from 'zustand';

/**
 * Whether more Pods are in sight than can be drawn as chips of their own, each of which is several elements: then every
 * node paints its Pods as one picture.
 */
export const useCrowd = create<{ readonly crowded: boolean }>()(() => ({ crowded: false }));

/** To draw so many of them at once takes about as long as a frame may. */
const CROWDED_FROM = 200;
/** A few Pods more or less must not change the picture again and again. */
const CLEAR_BELOW = 150;

/** To be told how many Pods are in sight. */
export function countInSight(pods: number): void {
  const { crowded } = useCrowd.getState();
  const next = pods >= (crowded ? CLEAR_BELOW : CROWDED_FROM);
  if (next !== crowded) useCrowd.setState({ crowded: next });
}
