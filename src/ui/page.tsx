import { createContext, useContext, type ReactNode } from 'react';
import type { EngineClient } from '../bridge/engine-client.ts';
import type { View } from '../view/view.ts';

/** What every part of the page works with: the copy of the world, and the way to the engine. */
export interface Page {
  readonly view: View;
  readonly client: EngineClient;
}

const PageContext = createContext<Page | undefined>(undefined);

export function PageProvider({
  page,
  children,
}: {
  readonly page: Page;
  readonly children: ReactNode;
}) {
  return <PageContext value={page}>{children}</PageContext>;
}

/** The page this component belongs to. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('a part of the page outside of PageProvider');
  return page;
}
