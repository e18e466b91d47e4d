import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { areas } from './areas/index.ts';
import { runConformance } from './runner.ts';

const folder = fileURLToPath(new URL('../../../../../shared/conformance/api', import.meta.url));
const isPresent = existsSync(folder);
const files = isPresent ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

// One test a file, so that a failure names the area. Skipped where the vectors are not checked out beside the project.
describe.skipIf(!isPresent)('conformance with recorded Kubernetes behaviour', () => {
  test.each(files)('%s', (name) => {
    const report = runConformance([`${folder}/${name}`], areas);
    const failures = report.failures.map(({ id, op, why }) => `${id} ${op}: ${why}`);
    expect(failures).toEqual([]);
  });
});
