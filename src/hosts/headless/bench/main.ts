import { spawnSync } from 'node:child_process';
import { benchCheckpoint } from './checkpoints.ts';
import { benchDeploy, DEPLOY_SIZES } from './deploy.ts';
import { benchIdle, IDLE_CASES } from './idle.ts';
import { benchServeLoad, benchServeSteady } from '../serve/load-bench.ts';
import { SCHEDULER_WORKLOADS, schedulerBench } from './scheduler.ts';

/**
 * `npm run bench -- [NAME…] [--json]`: each case runs in a Node process of its own, so that no case
 * pays for another one's garbage. A name is a benchmark (`deploy`) or one case (`deploy.1000`).
 */
const CASES: readonly {
  readonly name: string;
  /** What its figures are filed under, where that is not its name. */
  readonly title?: string;
  run(): Record<string, number> | Promise<Record<string, number>>;
}[] = [
  ...DEPLOY_SIZES.map(({ replicas, nodes }) => ({
    name: `deploy.${replicas}`,
    run: () => benchDeploy(replicas, nodes),
  })),
  ...IDLE_CASES.map((each) => ({ name: `idle.${each.name}`, run: () => benchIdle(each) })),
  { name: 'checkpoint.100nodes', run: benchCheckpoint },
  ...SCHEDULER_WORKLOADS.map((workload) => ({
    name: `scheduler.${workload}`,
    title: workload,
    run: () => schedulerBench([workload])[workload] ?? {},
  })),
  { name: 'serve.load', run: benchServeLoad },
  { name: 'serve.steady', run: benchServeSteady },
];

const args = process.argv.slice(2);
const child = args.indexOf('--case');
if (child >= 0) await runCase(args[child + 1] ?? '');
else
  runAll(
    args.filter((arg) => !arg.startsWith('--')),
    args.includes('--json'),
  );

async function runCase(name: string): Promise<void> {
  const found = CASES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no benchmark case ${name}`);
  console.log(JSON.stringify(await found.run()));
}

function runAll(names: readonly string[], json: boolean): void {
  const wanted = CASES.filter(
    ({ name }) =>
      names.length === 0 ||
      names.some(
        (each) => name === each || name.startsWith(`${each}.`) || name.startsWith(`${each}/`),
      ),
  );
  if (wanted.length === 0) {
    console.error(`no such benchmark; there are: ${CASES.map(({ name }) => name).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const figures: Record<string, Record<string, number>> = {};
  for (const { name, title = name } of wanted) {
    const result = spawnSync(
      process.execPath,
      [...process.execArgv, process.argv[1] ?? '', '--case', name],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    if (result.status !== 0) {
      process.exitCode = 1;
      continue;
    }
    figures[title] = JSON.parse(result.stdout) as Record<string, number>;
    if (!json) console.log(`${name}: ${format(figures[title])}`);
  }
  if (json) console.log(JSON.stringify(figures));
}

function format(figures: Record<string, number>): string {
  return Object.entries(figures)
    .map(
      ([figure, value]) => `${figure} ${value.toLocaleString('en', { maximumFractionDigits: 3 })}`,
    )
    .join(', ');
}
