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
import { readCharts, runChart } from './charts.ts';
import { disagreementOf } from './disagreements.ts';
import { KUSTOMIZATIONS, runKustomization } from './kustomizations.ts';
import { differencesOfPage, runInPage } from './page-runner.ts';
import {
  runCase,
  runReal,
  type ApplyMode,
  type CaseOutcome,
  type CommandRunner,
} from './run-case.ts';

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

type Verdict = 'passed' | 'failed' | 'skipped';

/**
 * `npm run parity -- manifests [--only TEXT]… [--mode client|server] [--page] [--warnings] [--verbose]`: the real kubectl, and
 * the real helm for charts, before everything in `../shared/manifests`. With `--page` the page's kubectl does the same, and
 * has to print the same. Prints what fails; the last line counts. Answers the exit status.
 */
export async function manifestsCommand(args: readonly string[]): Promise<number> {
  if (tools === undefined || !existsSync(MANIFESTS_FOLDER)) {
    console.log('skipped: the real kubectl or ../shared/manifests is not there');
    return 0;
  }
  const only = args.filter((_arg, index) => args[index - 1] === '--only');
  const isWanted = (name: string) => only.length === 0 || only.some((text) => name.includes(text));
  const asked = args.filter((_arg, index) => args[index - 1] === '--mode');
  const modes = (['client', 'server'] as const).filter(
    (mode) => asked.length === 0 || asked.includes(mode),
  );
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const base = createBaseWorld();
  for (const entry of readCases(MANIFESTS_FOLDER)) {
    if (!isWanted(entry.name)) continue;
    for (const mode of modes) counts[await judgeCase(base, entry, mode, args)] += 1;
  }
  for (const entry of KUSTOMIZATIONS) {
    const title = `kustomization ${entry.name}`;
    if (!isWanted(title)) continue;
    for (const mode of modes) {
      const run = (by: CommandRunner) => runKustomization(base, MANIFESTS_FOLDER, entry, mode, by);
      const outcome = await besidePage(run, args);
      counts[report(`${title} [${mode}]`, outcome, undefined, args)] += 1;
    }
  }
  for (const entry of readCharts(MANIFESTS_FOLDER)) {
    const title = ['chart', entry.chart, ...entry.args].join(' ');
    if (!isWanted(title)) continue;
    const outcome = await runChart(base, MANIFESTS_FOLDER, entry);
    counts[report(title, outcome, undefined, args)] += 1;
  }
  const { passed, failed, skipped } = counts;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

async function judgeCase(
  base: World,
  entry: ManifestCase,
  mode: ApplyMode,
  args: readonly string[],
): Promise<Verdict> {
  const run = (by: CommandRunner) => runCase(base, MANIFESTS_FOLDER, entry, mode, by);
  const outcome = await besidePage(run, args);
  return report(`${entry.name} [${mode}]`, outcome, disagreementOf(entry), args);
}

/** By the real kubectl and, when asked, by the page's, whose differences are complaints as well. */
async function besidePage(
  run: (by: CommandRunner) => Promise<CaseOutcome>,
  args: readonly string[],
): Promise<CaseOutcome> {
  const real = await run(runReal);
  if (!args.includes('--page')) return real;
  const ofPage = differencesOfPage(real, await run(runInPage));
  return { ...real, complaints: [...real.complaints, ...ofPage] };
}

/** Prints what is wrong with a case; with a reason why it may be, that is no failure. */
function report(
  title: string,
  { complaints, warnings, transcript }: CaseOutcome,
  reason: string | undefined,
  args: readonly string[],
): Verdict {
  if (args.includes('--verbose')) {
    for (const [command, output] of transcript) console.log(`$ ${command}\n${output}`);
  }
  if (args.includes('--warnings')) for (const each of warnings) console.log(`${title}: ${each}`);
  if (complaints.length === 0) return 'passed';
  console.log(reason === undefined ? `FAILED: ${title}` : `skipped: ${title}: ${reason}`);
  for (const complaint of complaints) console.log(complaint.replace(/^/gm, '    ').trimEnd());
  return reason === undefined ? 'failed' : 'skipped';
}
