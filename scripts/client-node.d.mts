/** The folder of the client libraries (`node_modules`), fetched if need be; undefined where they cannot be had. */
export function ensureClientLibraries(): string | undefined;
