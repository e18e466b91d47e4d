/** The group of what fetches chunks: it is needed by the very first of them. */
export const fetcherOfChunks: {
  readonly name: string;
  readonly test: RegExp;
  readonly priority: number;
};

/**
 * A group of rolldown's `codeSplitting`: the module `entry`, from the top folder on, and all that it imports at once, but
 * for what `before` needs, which is there already.
 */
export function firstChunk(
  name: string,
  entry: string,
  before?: string,
): {
  readonly debugName: string;
  name(
    id: string,
    context: {
      getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
    },
  ): string | null;
};
