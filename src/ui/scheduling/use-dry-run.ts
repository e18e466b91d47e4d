import { useEffect, useState } from 'react';
import type { DryRunAnswer } from '../../bridge/scheduling.ts';
import { draftStore } from '../editor/draft-store.ts';
import { usePage } from '../page.tsx';
import { lensOfDryRun, useLens } from './lens.ts';

/** The question "where would it go?" about the manifest in the editor. Its answer goes when the text changes. */
export function useDryRun(namespace: string): {
  readonly answer: DryRunAnswer | 'failed' | undefined;
  ask(): Promise<void>;
  close(): void;
} {
  const { client } = usePage();
  const [answer, setAnswer] = useState<DryRunAnswer | 'failed'>();
  const close = (): void => {
    setAnswer(undefined);
    useLens.getState().showDryRun(undefined);
  };
  useEffect(() => {
    const release = draftStore.subscribe((draft, before) => {
      if (draft.text !== before.text) close();
    });
    return () => {
      release();
      useLens.getState().showDryRun(undefined);
    };
  }, []);
  return {
    answer,
    async ask() {
      const { text } = draftStore.getState();
      const next = await client.scheduling({ kind: 'where-would-it-go', text, namespace });
      if (draftStore.getState().text !== text) return;
      setAnswer(next ?? 'failed');
      const isShown = next !== undefined && next.pods.length > 0;
      useLens.getState().showDryRun(isShown ? lensOfDryRun(next) : undefined);
    },
    close,
  };
}
