import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defaultSetUp } from '../../../../cluster/set-up.ts';
import { createCluster } from '../../../../cluster/world.ts';
import { SECOND } from '../../../../kernel/time.ts';
import type { World } from '../../../../kernel/world.ts';
import { createSession } from '../../../session.ts';
import { createDriver, untilNodesReady } from '../../drive.ts';
import { tools } from '../../serve/testing.ts';
import { readCases, type ManifestCase } from './cases.ts';
import { disagreementOf } from './disagreements.ts';
import { runCase, type ApplyMode } from './run-case.ts';

/** Where the manifests are: beside the project. */
export const MANIFESTS_FOLDER = resolve('../shared/manifests');
const NODES = 3;

/** The cluster of `expectations.json`: three workers. Every case goes on from a copy of it. */
export function createBaseWorld(): World {
  const setUp = { ...defaultSetUp({ nodes: NODES }), epochMillis: Date.now() - 60_000 };
  const base = createCluster(setUp);
  const driver = createDriver(createSession(base));
  if (!untilNodesReady(driver, NODES)) throw new Error('the cluster did not become Ready');
  driver.run(10 * SECOND);
  return base;
}

/**
 * `npm run parity -- manifests [--only TEXT]… [--mode client|server] [--verbose] [--warnings]`: the real kubectl before every
 * manifest of `../shared/manifests`. Prints what fails; the last line counts. Answers the exit status.
 */
export async function manifestsCommand(args: readonly string[]): Promise<number> {
  if (tools === undefined || !existsSync(MANIFESTS_FOLDER)) {
    console.log('skipped: the real kubectl or ../shared/manifests is not there');
    return 0;
  }
  const only = args.filter((_arg, index) => args[index - 1] === '--only');
  const modes = args.filter((_arg, index) => args[index - 1] === '--mode') as ApplyMode[];
  const cases = readCases(MANIFESTS_FOLDER).filter(
    ({ name }) => only.length === 0 || only.some((text) => name.includes(text)),
  );
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const base = createBaseWorld();
  for (const entry of cases) {
    for (const mode of modes.length === 0 ? (['client', 'server'] as const) : modes) {
      counts[await judge(base, entry, mode, args)] += 1;
    }
  }
  const { passed, failed, skipped } = counts;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

async function judge(
  base: World,
  entry: ManifestCase,
  mode: ApplyMode,
  args: readonly string[],
): Promise<'passed' | 'failed' | 'skipped'> {
  const title = `${entry.name} [${mode}]`;
  const { complaints, warnings, transcript } = await runCase(base, MANIFESTS_FOLDER, entry, mode);
  if (args.includes('--verbose')) {
    for (const [command, output] of transcript) console.log(`$ ${command}\n${output}`);
  }
  if (args.includes('--warnings')) for (const each of warnings) console.log(`${title}: ${each}`);
  if (complaints.length === 0) return 'passed';
  const reason = disagreementOf(entry);
  const word = reason === undefined ? 'FAILED' : 'skipped';
  console.log(`${word}: ${title}${reason === undefined ? '' : `: ${reason}`}`);
  for (const complaint of complaints) console.log(complaint.replace(/^/gm, '    ').trimEnd());
  return reason === undefined ? 'failed' : 'skipped';
}
