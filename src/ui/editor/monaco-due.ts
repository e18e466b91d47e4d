let release: () => void = () => undefined;

/** Resolves when Monaco's megabytes may come: the page lives, and has lived for a while, or somebody wants to write. */
export const monacoDue = new Promise<void>((resolve) => {
  release = resolve;
});

/** Now. */
export function letMonacoCome(): void {
  release();
}
