import { useEffect } from 'react';
import { problemsOf } from '../../view/problems.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';

/** How many things are wrong, in the title of the tab: seen while another one is open. */
export function useTitle(): void {
  const { view } = usePage();
  const count = useSampled(() => problemsOf(view).length, 1000);
  useEffect(() => {
    document.title = count === 0 ? 'Kubarium' : `(${count}) Kubarium`;
  }, [count]);
}
