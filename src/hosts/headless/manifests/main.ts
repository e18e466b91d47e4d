import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { defaultSetUp } from '../../../cluster/set-up.ts';
import { createCluster } from '../../../cluster/world.ts';
import { fork } from '../../../kernel/checkpoint.ts';
import { SECOND } from '../../../kernel/time.ts';
import type { World } from '../../../kernel/world.ts';
import { createSession } from '../../session.ts';
import { createDriver, untilNodesReady, type Driver } from '../drive.ts';
import { applyFile, type ApplyResult } from './apply-file.ts';
import { differences } from './compare.ts';
import { readExpectations, type Expectation } from './expectation.ts';
import { readOutcome, uidsOf, type Outcome } from './outcome.ts';
import { runScenario } from './scenario.ts';
import { settle } from './settle.ts';

/**
 * `npm run manifests -- DIR [--expect FILE]`: applies each manifest below DIR alone to a fresh default
 * cluster, lets it settle, and prints what came of it as a JSON line; with `--expect` it compares.
 */
const [directory, ...rest] = process.argv.slice(2);
const expectFlag = rest.indexOf('--expect');
const onlyFlag = rest.indexOf('--only');
if (directory === undefined || (expectFlag >= 0 && rest[expectFlag + 1] === undefined)) {
  console.error('usage: npm run manifests -- DIR [--expect FILE] [--only TEXT]');
  process.exit(2);
}
const root = resolve(directory);
const expectations =
  expectFlag < 0
    ? undefined
    : readExpectations(readFileSync(resolve(rest[expectFlag + 1] ?? ''), 'utf8'));
const only = onlyFlag < 0 ? '' : (rest[onlyFlag + 1] ?? '');

/** A Pod bound to a node that does not exist is collected after a while, a finished Job by its TTL: they are looked at before. */
const EARLY = 20 * SECOND;

process.exitCode = await main();

async function main(): Promise<number> {
  const nodes = 3;
  const base = createCluster(defaultSetUp({ nodes }));
  if (!untilNodesReady(createDriver(createSession(base)), nodes)) {
    console.error('the cluster did not become Ready');
    return 1;
  }
  createDriver(createSession(base)).run(10 * SECOND);
  let passed = 0;
  let failed = 0;
  for (const file of manifestsBelow(root)) {
    const name = relative(root, file);
    const expected = expectations?.files[name];
    if ((expectations !== undefined && expected === undefined) || !name.includes(only)) continue;
    const text = readFileSync(file, 'utf8');
    const { applied, outcome, flapped } = await tryOut(
      fork(base),
      text,
      expected?.pods?.some((group) => group.reason === 'NodeNotFound') === true ||
        text.includes('ttlSecondsAfterFinished'),
    );
    if (expected === undefined) {
      console.log(JSON.stringify({ file: name, applied, ...outcome }));
      continue;
    }
    const complaints = differences(expected, applied, outcome, flapped);
    if (complaints.length === 0) passed += 1;
    else if (expected.confidence !== 'low') {
      failed += 1;
      console.log(
        JSON.stringify({ file: name, unserved: unserved(expected, applied), complaints }),
      );
    }
  }
  for (const scenario of expectations?.scenarios ?? []) {
    if (!`scenario ${scenario.id}`.includes(only)) continue;
    const complaints = await runScenario(fork(base), scenario, (name) =>
      readFileSync(join(root, name), 'utf8'),
    );
    if (complaints.length === 0) passed += 1;
    else {
      failed += 1;
      console.log(JSON.stringify({ scenario: scenario.id, complaints }));
    }
  }
  if (expectations !== undefined) console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function early(driver: Driver, known: ReadonlySet<string>): Outcome {
  driver.run(EARLY);
  return readOutcome(driver.session.world, known);
}

async function tryOut(
  world: World,
  text: string,
  bound: boolean,
): Promise<{ applied: readonly ApplyResult[]; outcome: Outcome; flapped: ReadonlySet<string> }> {
  const known = uidsOf(world);
  const driver = createDriver(createSession(world));
  const applied = await applyFile(driver, text, 'default');
  if (bound) return { applied, outcome: early(driver, known), flapped: new Set() };
  const flapped = settle(driver, known);
  return { applied, outcome: readOutcome(world, known), flapped };
}

/** Kinds of the file that the API does not serve yet: the reason most failures share. */
function unserved(expected: Expectation, applied: readonly ApplyResult[]): readonly string[] {
  const refused = applied.filter((each) => each.refusal?.includes('no matches for kind') === true);
  return [...new Set(refused.map((each) => each.kind))].filter(
    (kind) => (expected.created[kind] ?? 0) > 0,
  );
}

function manifestsBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return /\.(ya?ml|json)$/.test(path) ? [path] : [];
  return readdirSync(path)
    .filter((name) => name !== 'expectations.json')
    .sort()
    .flatMap((name) => manifestsBelow(join(path, name)));
}
