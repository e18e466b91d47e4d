import { standardRun } from '../../standard-run.ts';

/** Prints the hash of the standard run for a seed (default 7), so that another engine's can be compared with it. */
console.log(standardRun(Number(process.argv[2] ?? 7), 'none').hash);
