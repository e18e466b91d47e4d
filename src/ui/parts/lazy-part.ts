import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

/**
 * A part of the page that is fetched when it is first shown. React gives the whole page up when that fails, and it does fail:
 * the server that a page came from has ended, a laptop has left its network. Here the part stays away until it can be had.
 */
export function lazyPart<Props>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(() => untilFetched(load));
}

const AGAIN_MILLIS = 2000;

/** Tries again while the reason is the network; a module with an error in it is not to be waited for. */
export async function untilFetched<Module>(
  load: () => Promise<Module>,
  againMillis = AGAIN_MILLIS,
): Promise<Module> {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      if (!isOfNetwork(error)) throw error;
      console.warn(`A part of the page cannot be fetched yet: ${String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, againMillis));
      await fetchSheet(/preload CSS for (\S+)/.exec(String(error))?.[1]);
    }
  }
}

/** The bundler's helper asks once for each style sheet, and takes one that it has asked for to be there. */
async function fetchSheet(href: string | undefined): Promise<void> {
  if (href === undefined || typeof document === 'undefined') return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  const isThere = await new Promise<boolean>((resolve) => {
    link.addEventListener('load', () => resolve(true));
    link.addEventListener('error', () => resolve(false));
    document.head.append(link);
  });
  if (isThere) return;
  link.remove();
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLIS));
  await fetchSheet(href);
}

/** Browsers tell it in their own words, all as a TypeError; the bundler's helper tells of style sheets. */
function isOfNetwork(error: unknown): boolean {
  const said = error instanceof Error ? error.message : '';
  return /(?:dynamically imported module|Importing a module script failed|preload CSS)/i.test(said);
}
