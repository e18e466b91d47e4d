import { err, failHard, type Execution, type ForkField } from './execution.ts';
import { childController } from './patience.ts';
import { createPipe, type Pipe } from './streams.ts';
import type { Node, PipelineNode } from './syntax.ts';
import { arrayOf } from './variables.ts';

type RunNode = (execution: Execution, node: Node) => Promise<number>;
type Fork = (execution: Execution, changes: Partial<Pick<Execution, ForkField>>) => Execution;

/** What a command answers that was ended because nobody reads it any more: 128 + SIGPIPE. */
const BROKEN_PIPE = 141;

/**
 * Runs the stages of a pipeline at the same time, each in a subshell. A stage whose reader has ended is ended, so
 * that `kubectl get pods -w | head -1` comes back.
 */
export async function runPipeline(
  execution: Execution,
  { stages, timed }: PipelineNode,
  runNode: RunNode,
  fork: Fork,
): Promise<number> {
  const began = execution.shell.context.now();
  const statuses = await runStages(execution, stages, runNode, fork);
  execution.variables.set('PIPESTATUS', arrayOf(statuses.map(String)));
  if (timed) err(execution, timesText(execution.shell.context.now() - began));
  if (execution.signal.aborted) return failHard(execution, 130);
  const failed = statuses.findLast((status) => status !== 0);
  const last = statuses.at(-1) ?? 0;
  return execution.options.pipefail ? (failed ?? 0) : last;
}

async function runStages(
  execution: Execution,
  stages: readonly Node[],
  runNode: RunNode,
  fork: Fork,
): Promise<readonly number[]> {
  const [only] = stages;
  // A single command runs in this shell itself.
  if (only !== undefined && stages.length === 1) return [await runNode(execution, only)];
  const pipes: readonly Pipe[] = stages.slice(1).map(() => createPipe());
  const controllers = stages.map(() => childController(execution.signal));
  const broken = new Set<number>();
  return Promise.all(
    stages.map(async (stage, i) => {
      const incoming = pipes[i - 1];
      const outgoing = pipes[i];
      const control = controllers[i];
      const child = fork(execution, {
        ...(incoming === undefined ? undefined : { stdin: incoming.source }),
        ...(outgoing === undefined
          ? undefined
          : { outs: new Map(execution.outs).set(1, outgoing.sink) }),
        ...(control === undefined ? undefined : { signal: control.controller.signal }),
      });
      const status = await runNode(child, stage);
      control?.release();
      outgoing?.end();
      incoming?.breakOff();
      // Whoever still writes to a reader that is gone is ended.
      for (let before = i - 1; before >= 0; before--) {
        const upstream = controllers[before];
        if (upstream === undefined || upstream.controller.signal.aborted) break;
        if (before === i - 1) broken.add(before);
        upstream.controller.abort();
        break;
      }
      return broken.has(i) && status === 130 ? BROKEN_PIPE : status;
    }),
  );
}

function timesText(millis: number): string {
  const shown = (ms: number): string =>
    `${Math.floor(ms / 60_000)}m${((ms % 60_000) / 1000).toFixed(3)}s`;
  return `\nreal\t${shown(millis)}\nuser\t${shown(0)}\nsys\t${shown(0)}\n`;
}
