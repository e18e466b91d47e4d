import { areas } from './areas/index.ts';
import { runConformance, skippedCount } from './runner.ts';

/**
 * `npm run conformance -- PATH…`: compares the simulator with recorded facts about Kubernetes.
 * Exit status 0 when no case failed, 1 when one did, 2 when the paths cannot be read.
 */
function main(paths: readonly string[]): number {
  if (paths.length === 0) {
    console.error(
      'usage: npm run conformance -- PATH…   (vector files or folders, .json and .jsonl.gz)',
    );
    return 2;
  }
  let report: ReturnType<typeof runConformance>;
  try {
    report = runConformance(paths, areas);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
  for (const { id, op, why } of report.failures) console.log(`FAIL ${id} ${op}: ${why}`);
  for (const [reason, count] of report.skipped) console.log(`skipped ${count}: ${reason}`);
  const skipped = skippedCount(report);
  const tail = skipped === 0 ? '' : `, ${skipped} skipped`;
  console.log(`${report.passed} passed, ${report.failures.length} failed${tail}`);
  return report.failures.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
