import { openDB, type IDBPDatabase } from 'idb';
import { ARCHIVE_FORMAT, decodeWorld, type Archive } from '../../kernel/archive.ts';
import { checkpoint } from '../../kernel/checkpoint.ts';
import type { World } from '../../kernel/world.ts';
import type { KeptRun } from '../scenario/run.ts';
import { writeArchive, writeArchiveNow } from './write-archive.ts';

/**
 * Where a session survives a reload and the engine's own crash: the last two snapshots in IndexedDB.
 * Two, because the newest may be the one that was damaged.
 */
export interface SnapshotStore {
  /**
   * Saves the world as it is now: it may go on while it is being written `in slices`; `at once` it is written, and on its way to
   * the database, before whoever asks does anything else. Answers, when it is safe, how many milliseconds the writing took.
   */
  save(world: World, savedAtMillis: number, how: SaveHow, scenario?: KeptRun): Promise<number>;
  /** The newest snapshot that can be read; `notice` says when a newer one could not. */
  load(): Promise<LoadedSnapshot>;
  clear(): Promise<void>;
}

export type SaveHow = 'at once' | 'in slices';

export interface LoadedSnapshot {
  readonly world: World | undefined;
  /** The scenario that was being played in it. */
  readonly scenario?: KeptRun | undefined;
  readonly notice: string | undefined;
}

/** One snapshot as it lies in the database. */
export interface StoredSnapshot {
  readonly slot: number;
  readonly savedAt: number;
  readonly engine: string;
  readonly archive: string;
  /** How far the scenario was that was being played in it. */
  readonly scenario?: KeptRun;
}

const DATABASE = 'kubarium';
const TABLE = 'snapshots';
/** Snapshots of another format are left alone. */
const ENGINE_FORMAT = String(ARCHIVE_FORMAT);

/** What a database that holds these snapshots gives back: the newest world that can be read, and what to tell of the others. */
export function openNewest(
  snapshots: readonly StoredSnapshot[],
): LoadedSnapshot & { readonly slot: number | undefined } {
  let isOther = false;
  let isDamaged = false;
  for (const stored of snapshots.toSorted((a, b) => b.savedAt - a.savedAt)) {
    if (stored.engine !== ENGINE_FORMAT) {
      isOther = true;
      continue;
    }
    try {
      const world = decodeWorld(JSON.parse(stored.archive) as Archive);
      const { slot, scenario } = stored;
      return { world, slot, scenario, notice: isDamaged ? OLDER_OPENED : undefined };
    } catch {
      // Said to the person; the older snapshot is tried next.
      isDamaged = true;
    }
  }
  const notice = isDamaged ? DAMAGED : isOther ? OTHER_VERSION : undefined;
  return { world: undefined, slot: undefined, notice };
}

const OTHER_VERSION = 'The saved cluster is of another version of Kubarium and cannot be opened.';
const OLDER_OPENED = 'The newest saved state could not be read; an older one was opened.';
const DAMAGED = 'The saved state could not be read.';

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
    async save(world, savedAtMillis, how, scenario) {
      const began = performance.now();
      // Both as they are now: the world goes on while its archive is written.
      const kept = checkpoint(world);
      const run = scenario === undefined ? {} : { scenario: structuredClone(scenario) };
      const archive = how === 'at once' ? writeArchiveNow(kept) : await writeArchive(kept);
      const writing = performance.now() - began;
      const stored: StoredSnapshot = {
        slot: nextSlot,
        savedAt: savedAtMillis,
        engine: ENGINE_FORMAT,
        archive,
        ...run,
      };
      nextSlot = 1 - nextSlot;
      await (await database()).put(TABLE, stored);
      return writing;
    },
    async load() {
      const all = (await (await database()).getAll(TABLE)) as StoredSnapshot[];
      const { slot, ...loaded } = openNewest(all);
      // The next one takes the place of the other: this one is known to be good.
      if (slot !== undefined) nextSlot = 1 - slot;
      return loaded;
    },
    async clear() {
      await (await database()).clear(TABLE);
    },
  };
}
