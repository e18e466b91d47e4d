import type { Plugin } from 'vite';

/** A group of rolldown's `codeSplitting`. */
interface Group {
  readonly debugName: string;
  readonly priority?: number;
  name(
    id: string,
    context: {
      getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
    },
  ): string | null;
}

/** The module `entry`, from the top folder on, and all that it imports at once, but for what another group has. */
export function firstChunk(name: string, entry: string): Group;

/** What the very first module needs, and what fetches chunks: nothing larger must come before them. */
export function startChunk(name: string, entry: string): Group;

/** Tells the browser of a group's chunk in the page's very head, before the script that asks for it has come. */
export function preloadChunk(name: string): Plugin;
