import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { ScenarioReport, StepReport } from '../../../bridge/scenario-report.ts';

/** A report as a person reads it: every step when `whole`, else only what went wrong. */
export function reportInWords(report: ScenarioReport, seed: number, whole: boolean): string {
  const head = `${report.outcome === 'passed' ? 'PASS' : 'FAIL'} ${report.name} (seed ${seed}, ${inSeconds(report.elapsed)})`;
  const lines = [head];
  for (const step of report.steps) {
    if (whole || step.state === 'failed') lines.push(...stepLines(step));
  }
  for (const { name, state, detail } of report.always) {
    if (whole || state === 'broken') {
      lines.push(`  always: ${name}: ${state}${detail === undefined ? '' : `, ${detail}`}`);
    }
  }
  return lines.join('\n');
}

function stepLines(step: StepReport): readonly string[] {
  const at = step.beganAt === undefined ? '' : ` at ${inSeconds(step.beganAt)}`;
  return [
    `  ${step.name}: ${step.state}${at}${step.problem === undefined ? '' : `: ${step.problem}`}`,
    ...step.expectations.map(({ what, state, metAfter, detail }) => {
      const when = metAfter === undefined ? '' : ` after ${inSeconds(metAfter)}`;
      return `    ${what}: ${state}${when}${detail === undefined ? '' : ` — ${detail}`}`;
    }),
  ];
}

function inSeconds(micros: Micros): string {
  return `${Math.round(micros / (SECOND / 10)) / 10} s`;
}
