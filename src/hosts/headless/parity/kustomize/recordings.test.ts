import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFixtures, ROOT } from './testing.ts';
import { tools } from '../../serve/testing.ts';

/** `RECORD=1` writes what the real kubectl prints into the fixtures; without it the recordings are checked. */
const records = process.env['RECORD'] === '1';
const folder = new URL('./fixtures/', import.meta.url);

describe.skipIf(tools === undefined)(
  'recordings of kubectl kustomize are those of the real one',
  () => {
    test.each(readFixtures())('$name', ({ name, files, folders, recorded }) => {
      const root = realpathSync(mkdtempSync(join(tmpdir(), 'kustomize-')));
      const found = new Map<string, string>();
      try {
        for (const [path, content] of files) {
          mkdirSync(dirname(join(root, path)), { recursive: true });
          writeFileSync(join(root, path), content);
        }
        for (const each of folders) {
          const { stdout, stderr } = spawnSync(tools?.kubectl ?? '', ['kustomize', each], {
            cwd: root,
            encoding: 'utf8',
          });
          const text = (stderr + stdout)
            .replaceAll(root, ROOT)
            .replace(/^I\d{4} [\d:.]+ +\d+ /gm, 'I0101 00:00:00.000000       1 ')
            .replace(/0xc[0-9a-f]+/g, '0xc000000000');
          found.set(each, text);
        }
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
      if (records) {
        const text = [...found].map(([each, output]) => `== ${each}\n${output}`).join('');
        writeFileSync(new URL(`${name}.recorded.txt`, folder), text);
      } else expect(found).toEqual(recorded);
    });
  },
);
