import { useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { useReducedMotion } from '../hooks/use-media.ts';
import { usePage } from '../page.tsx';
import { createMotion } from './motion.ts';

/**
 * What moves on the canvas: marks for API requests, and Pods on their way to a node. One canvas over
 * everything; it runs only while there is something to move. Faster than ×10, or when the person wants
 * less motion, nothing travels and the figures on the cards tell it.
 */
export function MotionLayer() {
  const { view } = usePage();
  const store = useStoreApi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const still = useReducedMotion();
  useEffect(() => {
    if (still || canvas.current === null) return undefined;
    const motion = createMotion(canvas.current, view, () => store.getState());
    const release = view.onFrame(motion.take);
    return () => {
      release();
      motion.stop();
    };
  }, [view, store, still]);
  return <canvas ref={canvas} className="motion" aria-hidden="true" />;
}
