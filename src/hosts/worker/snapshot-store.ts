import { openDB, type IDBPDatabase } from 'idb';
import { decodeWorld, encodeWorld, type Archive } from '../../kernel/archive.ts';
import type { World } from '../../kernel/world.ts';

/**
 * Where a session survives a reload and the engine's own crash: the last two snapshots in IndexedDB.
 * Two, because the newest may be the one that was damaged.
 */
export interface SnapshotStore {
  save(world: World, savedAtMillis: number): Promise<void>;
  /** The newest snapshot that can be read; `notice` says when a newer one could not. */
  load(): Promise<{ readonly world: World | undefined; readonly notice: string | undefined }>;
  clear(): Promise<void>;
}

interface Stored {
  readonly slot: number;
  readonly savedAt: number;
  readonly engine: string;
  readonly archive: string;
}

const DATABASE = 'kubarium';
const TABLE = 'snapshots';
/** Raised when the shape of a world changes: an older snapshot is then left alone. */
export const ENGINE_FORMAT = '1';

export function createSnapshotStore(): SnapshotStore {
  let opened: Promise<IDBPDatabase> | undefined;
  let nextSlot = 0;
  const database = (): Promise<IDBPDatabase> => {
    opened ??= openDB(DATABASE, 1, {
      upgrade(db) {
        db.createObjectStore(TABLE, { keyPath: 'slot' });
      },
    });
    return opened;
  };

  return {
    async save(world, savedAtMillis) {
      const archive = JSON.stringify(encodeWorld(world));
      const stored: Stored = {
        slot: nextSlot,
        savedAt: savedAtMillis,
        engine: ENGINE_FORMAT,
        archive,
      };
      nextSlot = 1 - nextSlot;
      await (await database()).put(TABLE, stored);
    },
    async load() {
      const all = (await (await database()).getAll(TABLE)) as Stored[];
      all.sort((a, b) => b.savedAt - a.savedAt);
      let notice: string | undefined;
      for (const stored of all) {
        if (stored.engine !== ENGINE_FORMAT) {
          notice = 'The saved cluster is of another version of Kubarium and cannot be opened.';
          continue;
        }
        try {
          const world = decodeWorld(JSON.parse(stored.archive) as Archive);
          nextSlot = 1 - stored.slot;
          return { world, notice };
        } catch {
          // Said to the person; the older snapshot is tried next.
          notice = 'The newest saved state could not be read; an older one was opened.';
        }
      }
      return { world: undefined, notice };
    },
    async clear() {
      await (await database()).clear(TABLE);
    },
  };
}
