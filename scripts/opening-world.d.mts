import type { Plugin } from 'vite';

/** `import url from 'virtual:opening-world'`: the address of the archive of the opening world. */
export function openingWorldPlugin(): Plugin;
