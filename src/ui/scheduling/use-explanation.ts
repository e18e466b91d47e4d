import { useEffect, useState } from 'react';
import type { Explanation } from '../../bridge/scheduling.ts';
import { useObject } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';

/** Attempts, back-offs and wake-ups leave no trace in the Pod itself; they are asked for this often. */
const AGAIN_MILLIS = 1000;
const FIRST_MILLIS = 60;

/** Why a Pod is where it is: asked at first, when the Pod changes, and while it waits. */
export function useExplanation(pod: string, path: string | undefined): Explanation | undefined {
  const { client } = usePage();
  const object = useObject(path);
  const [answer, setAnswer] = useState<Explanation>();
  useEffect(() => {
    let current = true;
    let due: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      const next = await client.scheduling({ kind: 'explain', pod });
      if (!current) return;
      setAnswer((last) => (last !== undefined && isSame(last, next) ? last : next));
      if (next === undefined || next.node === '') due = setTimeout(() => void ask(), AGAIN_MILLIS);
    };
    due = setTimeout(() => void ask(), FIRST_MILLIS);
    return () => {
      current = false;
      clearTimeout(due);
    };
  }, [client, pod, object]);
  return answer;
}

/** Whether two answers tell of the same attempt and place, so that nothing need be drawn anew. */
export function isSame(a: Explanation, b: Explanation | undefined): boolean {
  return (
    a.pod === b?.pod &&
    a.node === b.node &&
    a.scheduler === b.scheduler &&
    a.attempt?.at === b.attempt?.at &&
    a.queue?.lane === b.queue?.lane &&
    a.queue?.attempts === b.queue?.attempts &&
    a.queue?.backoffUntil === b.queue?.backoffUntil
  );
}
