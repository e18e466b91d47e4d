/** The path of the entry of `@kubernetes/client-node`, fetched if need be; undefined where it cannot be had. */
export function ensureClientNode(): string | undefined;
