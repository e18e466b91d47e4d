import { soak } from './soak.ts';

/** `npm run fuzz -- [--seeds N] [--seed S]`: random clusters under random faults; prints the seed of a failure. */
const args = process.argv.slice(2);
const numberAfter = (flag: string, otherwise: number): number => {
  const at = args.indexOf(flag);
  return at < 0 ? otherwise : Number(args[at + 1]);
};
const first = numberAfter('--seed', 1);
const count = args.includes('--seed') && !args.includes('--seeds') ? 1 : numberAfter('--seeds', 50);

let failed = 0;
for (let seed = first; seed < first + count; seed++) {
  const result = soak(seed);
  if (result.broken.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed}: ${result.broken.join('; ')}`);
  if (count === 1) console.log(result.acts.join('\n'));
}
console.log(`${count - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
