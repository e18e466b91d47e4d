/**
 * One file for all that a part of the site needs before it can begin: what it shares with parts that come later would else
 * lie in dozens of small ones, each of which is a request and is packed by itself.
 */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * A group of rolldown's `codeSplitting`: the module `entry`, from the top folder on, and all that it imports at once, but
 * for what another group has.
 */
export function firstChunk(name, entry) {
  let modules;
  return {
    debugName: name,
    name(id, context) {
      modules ??= reachable(join(root, entry), context);
      return modules.has(id) ? name : null;
    },
  };
}

/** The group of what the very first module needs, and of what fetches chunks: nothing larger must come before them. */
export function startChunk(name, entry) {
  const first = join(root, entry);
  let modules;
  return {
    debugName: name,
    priority: 1,
    name(id, context) {
      modules ??= reachable(first, context);
      const isWanted = id !== first && modules.has(id);
      return isWanted || id.includes('preload-helper') ? name : null;
    },
  };
}

/** lucide's list of all icons leads to those as well that only later parts show. */
const ELSEWHERE = /lucide-react.*[\\/]icons[\\/]/;

function reachable(entry, context) {
  const found = new Set();
  const open = [entry];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    const info = context.getModuleInfo(id);
    if (info === null || ELSEWHERE.test(id)) continue;
    found.add(id);
    open.push(...info.importedIds);
  }
  return found;
}

/** Tells the browser of a group's chunk in the page's very head, before the script that asks for it has come. */
export function preloadChunk(name) {
  return {
    name: 'preload-chunk',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const chunk = Object.values(bundle).find(
          (each) => each.type === 'chunk' && each.name === name,
        );
        if (chunk === undefined) return [];
        const scripts = [chunk.fileName, ...chunk.imports].map((file) => ({
          rel: 'modulepreload',
          href: `./${file}`,
        }));
        const styles = [...(chunk.viteMetadata?.importedCss ?? [])].map((file) => ({
          rel: 'preload',
          as: 'style',
          href: `./${file}`,
        }));
        return [...scripts, ...styles].map((link) => ({
          tag: 'link',
          attrs: { ...link, crossorigin: true },
          injectTo: 'head',
        }));
      },
    },
  };
}
