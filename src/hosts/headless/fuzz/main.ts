import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { exposedBy, MUTANTS } from './chaos/mutants.ts';
import { storm } from './chaos/storm.ts';
import { soak } from './soak.ts';

/**
 * `npm run fuzz -- [--seeds N] [--seed S] [--storms | --clusters] [--mutants]`. A seed is a storm over three etcd members, or five for
 * even seeds; every twentieth is a whole cluster under random faults besides. Prints the seed of a failure. `--mutants`
 * shows that the checks find Raft broken on purpose. Seeds are shared out among the processors.
 */
const args = process.argv.slice(2);
const has = (flag: string): boolean => args.includes(flag);
const numberAfter = (flag: string, otherwise: number): number => {
  const at = args.indexOf(flag);
  return at < 0 ? otherwise : Number(args[at + 1]);
};
const first = numberAfter('--seed', 1);
const count = has('--seed') && !has('--seeds') ? 1 : numberAfter('--seeds', 60);
const CLUSTER_EVERY = 20;
const MUTANT_SEEDS = 1000;

if (has('--mutants')) process.exitCode = showMutants();
else if (has('--share')) runShare(numberAfter('--share', 0), numberAfter('--of', 1));
else process.exitCode = await runAll();

/** One child for each processor takes every n-th seed. */
async function runAll(): Promise<number> {
  const shares = Math.min(availableParallelism(), count);
  let failed = 0;
  let passed = 0;
  await Promise.all(
    Array.from({ length: shares }, (_, share) => {
      const child = fork(
        process.argv[1] ?? '',
        [...args, '--share', String(share), '--of', String(shares)],
        {
          execArgv: process.execArgv,
        },
      );
      child.on('message', (line: { readonly failed: boolean; readonly text: string }) => {
        if (line.failed) failed += 1;
        else passed += 1;
        if (line.text !== '') console.log(line.text);
      });
      return new Promise<void>((resolve) => {
        child.on('exit', (code) => {
          if (code !== 0) {
            failed += 1;
            console.log(`a share of the seeds ended with code ${code}`);
          }
          resolve();
        });
      });
    }),
  );
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function runShare(share: number, of: number): void {
  for (let seed = first + share; seed < first + count; seed += of) {
    if (!has('--clusters')) tell(seed, stormOf(seed), has('--verbose'));
    if (!has('--storms') && (has('--clusters') || seed % CLUSTER_EVERY === 1)) {
      const { broken, acts } = soak(seed);
      tell(seed, { violations: broken, story: acts, words: 'a whole cluster' }, false);
    }
  }
  process.disconnect?.();
}

interface Outcome {
  readonly violations: readonly string[];
  readonly story: readonly string[];
  readonly words: string;
}

function stormOf(seed: number): Outcome {
  const members = seed % 2 === 0 ? 5 : 3;
  const { violations, weather, answered, unknown, steps } = storm(seed, { members });
  return {
    violations,
    story: weather,
    words: `${members} members, ${answered} operations answered, ${unknown} not, ${steps} steps`,
  };
}

/** A failure alone is told with its story. */
function tell(seed: number, { violations, story, words }: Outcome, always: boolean): void {
  const failed = violations.length > 0;
  const lines = failed
    ? [`seed ${seed} (${words}): ${violations.join('; ')}`, ...(count === 1 ? story : [])]
    : always
      ? [`seed ${seed}: ${words}`]
      : [];
  process.send?.({ failed, text: lines.join('\n') });
}

function showMutants(): number {
  let missed = 0;
  for (const mutant of MUTANTS) {
    const found = exposedBy(mutant, first, MUTANT_SEEDS);
    if (found === undefined) missed += 1;
    console.log(
      `${mutant.title}: ${found === undefined ? 'NOT FOUND' : `seed ${found.seed}: ${found.said}`}`,
    );
  }
  console.log(`${MUTANTS.length - missed} passed, ${missed} failed`);
  return missed === 0 ? 0 : 1;
}
