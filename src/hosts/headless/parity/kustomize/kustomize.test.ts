import { describe, expect, test } from 'vitest';
import { builtText, readFixtures } from './testing.ts';

const cases = readFixtures().flatMap((fixture) =>
  fixture.folders.map((folder) => ({ name: `${fixture.name}: ${folder}`, fixture, folder })),
);

describe('kubectl kustomize prints what the real one was recorded to print', () => {
  test.each(cases)('$name', ({ fixture, folder }) => {
    expect(builtText(fixture, folder)).toBe(fixture.recorded.get(folder));
  });
});
