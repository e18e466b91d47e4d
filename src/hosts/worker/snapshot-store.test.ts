import { describe, expect, test } from 'vitest';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster, kernel } from '../../cluster/world.ts';
import { ARCHIVE_FORMAT, encodeWorld } from '../../kernel/archive.ts';
import { checkpoint } from '../../kernel/checkpoint.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { SECOND } from '../../kernel/time.ts';
import { writeArchive, writeArchiveNow } from './write-archive.ts';
import { openNewest, type StoredSnapshot } from './snapshot-store.ts';

const world = createCluster(defaultSetUp({ nodes: 1 }));
const archive = JSON.stringify(encodeWorld(world));

function stored(slot: number, given: Partial<StoredSnapshot> = {}): StoredSnapshot {
  return { slot, savedAt: 1000 + slot, engine: String(ARCHIVE_FORMAT), archive, ...given };
}

/** As the first release wrote them. */
const FIRST = {
  engine: '1',
  archive: '{"format":1,"table":[{"o":{"seed":7,"now":0,"agenda":{"u":1}}}],"root":{"r":0}}',
};

describe('a saved session', () => {
  test('there is none', () => {
    expect(openNewest([])).toEqual({ world: undefined, slot: undefined, notice: undefined });
  });

  test('the newest is opened', () => {
    const opened = openNewest([stored(0), stored(1)]);
    expect(opened).toMatchObject({ slot: 1, notice: undefined });
    expect(opened.world && hashWorld(opened.world)).toBe(hashWorld(world));
  });

  test('of the previous release: a fresh cluster, and a word about it', () => {
    expect(openNewest([stored(0, FIRST), stored(1, FIRST)])).toEqual({
      world: undefined,
      slot: undefined,
      notice: 'The saved cluster is of another version of Kubarium and cannot be opened.',
    });
  });

  test('one of this release goes before an older one', () => {
    expect(openNewest([stored(0), stored(1, { ...FIRST, savedAt: 5000 })]).slot).toBe(0);
  });

  test.each([
    ['text', 'no JSON at all'],
    ['an archive of another format', FIRST.archive],
    ['half an archive', JSON.stringify({ ...encodeWorld(world), cells: [6 * 8 + 5] })],
    ['references to nothing', JSON.stringify({ ...encodeWorld(world), texts: [] })],
  ])('%s in place of the newest: the one before is opened', (_, damaged) => {
    const newest = stored(1, { archive: damaged });
    expect(openNewest([newest, stored(0)])).toMatchObject({
      slot: 0,
      notice: 'The newest saved state could not be read; an older one was opened.',
    });
    expect(openNewest([newest])).toMatchObject({
      world: undefined,
      notice: 'The saved state could not be read.',
    });
  });
});

test('an archive that is written in slices is the one that is written at once, whatever happens to the world meanwhile', async () => {
  const living = createCluster(defaultSetUp({ nodes: 2 }));
  kernel.runUntil(living, 30 * SECOND, () => {});
  const expected = JSON.stringify(encodeWorld(living));
  expect(writeArchiveNow(checkpoint(living))).toBe(expected);
  let turns = 0;
  const text = await writeArchive(checkpoint(living), {
    turn() {
      turns += 1;
      kernel.runUntil(living, living.now + SECOND, () => {});
    },
  });
  expect(turns).toBeGreaterThan(5);
  expect(text).toBe(expected);
});
