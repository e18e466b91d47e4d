import { describe, expect, test } from 'vitest';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster, kernel } from '../../cluster/world.ts';
import { earliest } from '../../kernel/agenda.ts';
import { decodeWorld, type Archive } from '../../kernel/archive.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { passIdleTime } from '../../kernel/idle.ts';
import { SECOND } from '../../kernel/time.ts';
import { createFrameBuilder } from '../worker/frames.ts';
import { openingArchive } from './make-opening.ts';

const archive = openingArchive();
const opening = (): ReturnType<typeof decodeWorld> => decodeWorld(JSON.parse(archive) as Archive);
const nobodyListens = (): void => {};

describe('the opening world', () => {
  test('is what the same set-up and seed come to by themselves, and goes on alike', () => {
    const booted = createCluster(defaultSetUp());
    const opened = opening();
    kernel.runUntil(booted, opened.now, nobodyListens);
    expect(hashWorld(opened)).toBe(hashWorld(booted));
    for (const world of [booted, opened]) kernel.runUntil(world, 60 * SECOND, nobodyListens);
    expect(hashWorld(opened)).toBe(hashWorld(booted));
  });

  test('goes on alike whenever the engine comes', () => {
    const late = opening();
    const due = earliest(late.agenda)?.at ?? 0;
    for (let until = late.now; until < due + SECOND; until += 16_667) passIdleTime(late, until);
    expect(late.now).toBe(due - 1);
    const early = opening();
    for (const world of [early, late]) kernel.runUntil(world, 30 * SECOND, nobodyListens);
    expect(hashWorld(late)).toBe(hashWorld(early));
  });

  test('has nothing left to do: every node and every Pod is Ready, and the clock can go for a while', () => {
    const world = opening();
    const pacer = { paused: false, speed: 1, achievedSpeed: 1 };
    const frame = createFrameBuilder(world, { session: undefined, pacer }, () => 0).build();
    expect(frame.nodes.upsert.map(({ ready }) => ready)).toEqual(Array(4).fill('True'));
    expect(frame.pods.upsert.length).toBeGreaterThanOrEqual(6);
    expect(frame.pods.upsert.filter(({ ready }) => !ready)).toEqual([]);
    expect(frame.health.components.map(({ lamp }) => lamp)).not.toContain('failed');
    expect((earliest(world.agenda)?.at ?? 0) - world.now).toBeGreaterThan(0.5 * SECOND);
  });
});
