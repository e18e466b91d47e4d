import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { areas } from './areas/index.ts';
import { runConformance } from './runner.ts';

const vectors = fileURLToPath(new URL('../../../../../shared/conformance', import.meta.url));
const isPresent = existsSync(vectors);
const files = ['api', 'scheduler', 'scheduler-random'].flatMap((folder) =>
  isPresent
    ? readdirSync(`${vectors}/${folder}`)
        .filter((name) => /\.json(l\.gz)?$/.test(name))
        .map((name) => `${folder}/${name}`)
    : [],
);

// One test a file, so that a failure names the area. Skipped where the vectors are not checked out beside the project.
describe.skipIf(!isPresent)('conformance with recorded Kubernetes behaviour', () => {
  test.each(files)('%s', (name) => {
    const report = runConformance([`${vectors}/${name}`], areas);
    const failures = report.failures.map(({ id, op, why }) => `${id} ${op}: ${why}`);
    expect(failures).toEqual([]);
  });
});
