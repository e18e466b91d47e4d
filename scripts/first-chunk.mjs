/**
 * One file for all that a part of the site needs before it can begin: what it shares with parts that come later would else
 * lie in dozens of small ones, each of which is a request and is packed by itself.
 */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * A group of rolldown's `codeSplitting`: the module `entry`, from the top folder on, and all that it imports at once, but
 * for what `before` needs, which is there already.
 */
export function firstChunk(name, entry, before) {
  let modules;
  let earlier;
  const isBefore = (id, context) => {
    earlier ??= before === undefined ? new Set() : reachable(join(root, before), context);
    return earlier.has(id);
  };
  return {
    debugName: name,
    name(id, context) {
      modules ??= new Set(
        [...reachable(join(root, entry), context)].filter((each) => !isBefore(each, context)),
      );
      return modules.has(id) ? name : null;
    },
  };
}

/** lucide's list of all icons leads to those as well that only later parts show. */
const ELSEWHERE = /lucide-react.*[\\/]icons[\\/]/;

/** What fetches chunks is needed by the very first of them. */
export const fetcherOfChunks = { name: 'fetch-chunks', test: /preload-helper/, priority: 1 };

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
