import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fork } from '../../../../kernel/checkpoint.ts';
import { SECOND } from '../../../../kernel/time.ts';
import type { World } from '../../../../kernel/world.ts';
import { settledDifferences } from '../../manifests/compare.ts';
import type { Expectation } from '../../manifests/expectation.ts';
import { readOutcome, uidsOf } from '../../manifests/outcome.ts';
import { openTerminal } from '../../serve/testing.ts';
import type { CaseOutcome } from './run-case.ts';

/** What `expectations.json` says of a chart that is installed in one way. */
export interface ChartCase {
  readonly chart: string;
  readonly release: string;
  /** Of `helm install`; files are named as from the chart's folder. */
  readonly args: readonly string[];
  readonly expect: Partial<Expectation> & {
    readonly installFails?: boolean;
    readonly hooks?: readonly { readonly kind: string }[];
  };
}

export function readCharts(root: string): readonly ChartCase[] {
  const text = readFileSync(join(root, 'expectations.json'), 'utf8');
  return (JSON.parse(text) as { readonly charts: readonly ChartCase[] }).charts;
}

/** helm waits in the wall's time. */
const SPEED = 20;
const COLLECT_MICROS = 90 * SECOND;
/** An autoscaler looks every 15 s. */
const SETTLE_MICROS = 40 * SECOND;

/**
 * The life of a release by the real helm: install and wait, test, upgrade, roll back, uninstall; after the installation the
 * objects and the Pods are as expected, and at the end nothing is left.
 */
export async function runChart(base: World, root: string, entry: ChartCase): Promise<CaseOutcome> {
  const { chart, release, expect } = entry;
  const world = fork(base);
  const known = uidsOf(world);
  const terminal = await openTerminal({ world, speed: SPEED });
  const complaints: string[] = [];
  const transcript: (readonly [string, string])[] = [];
  const args = entry.args.map((arg) => `'${arg}'`).join(' ');

  async function run(command: string): Promise<string> {
    const output = await terminal.run(`cd '${join(root, chart)}' && ${command}`);
    transcript.push([command, output]);
    return output;
  }

  function pass(micros: number): void {
    const { session } = terminal.cluster;
    session.advance(session.world.now + micros, Number.MAX_SAFE_INTEGER);
  }

  /** Runs a command that succeeds and whose output has these words. */
  async function good(command: string, ...words: readonly string[]): Promise<string> {
    const output = await run(command);
    const isGood = !hasFailed(output) && words.every((each) => output.includes(each));
    if (!isGood) complaints.push(`${command} prints\n${output}`);
    return output;
  }

  const install = `helm install ${release} . ${args} --wait --timeout 45s`;
  const wait = '--wait --timeout 45s';
  try {
    if (expect.installFails === true) {
      const output = await run(install);
      if (!hasFailed(output)) complaints.push(`${install} does not fail`);
      complaints.push(...kindDifferences(expect.created ?? {}, readKinds(world, known)));
    } else {
      await good(install, 'STATUS: deployed');
      pass(SETTLE_MICROS);
      complaints.push(...settledDifferences(expect, readOutcome(world, known), new Set()));
      const manifest = await run(`helm get manifest ${release}`);
      complaints.push(...kindDifferences(expect.created ?? {}, kindsIn(manifest)));
      const hooks = kindsIn(await run(`helm get hooks ${release}`));
      complaints.push(...kindDifferences(countsOf(expect.hooks ?? []), hooks));
      await good(`helm test ${release} --timeout 45s`, 'Phase:          Succeeded');
      await good(
        `helm upgrade ${release} . ${args} --set ui.message=changed ${wait}`,
        'REVISION: 2',
      );
      await good(`helm rollback ${release} 1 ${wait}`, 'Rollback was a success');
      await good(`helm history ${release}`, 'Rollback to 1');
    }
    await good(`helm uninstall ${release} ${wait}`, `release "${release}" uninstalled`);
    pass(COLLECT_MICROS);
    await nothingIsLeft();
  } finally {
    await terminal.close();
  }
  return { complaints, warnings: [], transcript };

  async function nothingIsLeft(): Promise<void> {
    const left = await run(
      'kubectl get all,secrets,configmaps,serviceaccounts,hpa,ingress -o name',
    );
    const own = left.split('\n').filter((line) => line !== '' && !OF_THE_CLUSTER.has(line));
    if (own.length > 0) complaints.push(`left after uninstall: ${own.join(', ')}`);
  }
}

const OF_THE_CLUSTER: ReadonlySet<string> = new Set([
  'service/kubernetes',
  'configmap/kube-root-ca.crt',
  'serviceaccount/default',
]);

function hasFailed(output: string): boolean {
  return /^\[\w+\]$/m.test(output);
}

type Counts = Readonly<Record<string, number>>;

function kindsIn(manifest: string): Counts {
  return countsOf([...manifest.matchAll(/^kind: (\w+)$/gm)].map(([, kind = '']) => ({ kind })));
}

/** What there is of what charts have, beside what the cluster had. */
function readKinds(world: World, known: ReadonlySet<string>): Counts {
  const { workloads, services } = readOutcome(world, known);
  const own = workloads.filter(({ kind }) => kind === 'Deployment');
  return countsOf([...own, ...services.map(() => ({ kind: 'Service' }))]);
}

function countsOf(objects: readonly { readonly kind: string }[]): Counts {
  const counts: Record<string, number> = {};
  for (const { kind } of objects) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function kindDifferences(expected: Counts, found: Counts): string[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((kind) => (expected[kind] ?? 0) !== (found[kind] ?? 0))
    .map((kind) => `${found[kind] ?? 0} of kind ${kind}, expected ${expected[kind] ?? 0}`);
}
