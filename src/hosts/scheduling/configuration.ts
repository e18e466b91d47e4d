import { type FieldError, fieldErrorMessage } from '../../api/field-errors.ts';
import { parseManifest } from '../../api/manifest/parse.ts';
import { spanOfPath } from '../../api/manifest/positions.ts';
import { stringifyYaml } from '../../api/manifest/stringify.ts';
import type { ConfigurationAnswer, ConfigurationProblem } from '../../bridge/scheduling.ts';
import { DEFAULT_PLUGINS } from '../../cluster/scheduler/configuration/configuration.ts';
import { takeConfiguration } from '../../cluster/scheduler/configuration/take-configuration.ts';
import type { SchedulerConfig } from '../../cluster/scheduler/memory.ts';
import { pluginRegistry } from '../../cluster/scheduler/plugins/index.ts';
import { kernel } from '../../cluster/world.ts';
import type { World } from '../../kernel/world.ts';
import { schedulerConfig, schedulerNames, schedulerState } from './scheduler-of.ts';

/** What a scheduler without a configuration file goes by, written out. */
const DEFAULT_TEXT = `# What kube-scheduler v1.35 goes by without a file. Applying starts it anew.
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
percentageOfNodesToScore: 0 # 0: fewer, the more nodes there are
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 10
profiles:
  - schedulerName: default-scheduler
    plugins:
      multiPoint:
        enabled:
${DEFAULT_PLUGINS.map(({ name, weight }) => `          - name: ${name}${weight === undefined ? '' : `\n            weight: ${weight}`}`).join('\n')}
        disabled: []
    pluginConfig:
      - name: NodeResourcesFit
        args:
          scoringStrategy:
            type: LeastAllocated # or MostAllocated, RequestedToCapacityRatio
            resources:
              - name: cpu
                weight: 1
              - name: memory
                weight: 1
      # A plugin of your own: enable it above by its name, and write it here. It may declare filter (the reason
      # why a node will not do, or nothing) and score (0 to 100), or several of prepare(pod, nodes),
      # filter(pod, node, prepared), score(pod, node, prepared), normalize(scores, prepared).
      # - name: FewPods
      #   args:
      #     source: |
      #       function filter(pod, node) {
      #         if (pod.labels.quiet === 'true' && node.pods.length > 10) return 'node(s) were too busy';
      #       }
      #       function score(pod, node) {
      #         return 100 - Math.min(100, Math.round((100 * node.requested.cpu) / node.allocatable.cpu));
      #       }
`;

/** The scheduler's configuration as text: what was given last, or the defaults. */
export function configurationText(world: World): ConfigurationAnswer {
  const { configuration, configurationText: written } = schedulerConfig(world) ?? {};
  const made = configuration === undefined ? DEFAULT_TEXT : stringifyYaml(configuration);
  return {
    text: written ?? made,
    problems: [],
    scheduler: schedulerState(world),
  };
}

/**
 * Gives the scheduler, each of its replicas, another configuration file, and starts it anew with it, as an operator would: what it
 * had in memory is gone. A wrong one is refused with upstream's field errors at their lines. It is part of
 * the world: saved, copied and restored with it. A scheduler that is stopped stays so.
 */
export function configure(world: World, text: string): ConfigurationAnswer {
  const { value, problems } = read(text);
  if (problems.length > 0) return { text, problems, scheduler: schedulerState(world) };
  const cause = kernel.note(world, {
    by: 'you',
    what: 'gave kube-scheduler another configuration and started it anew',
  });
  for (const name of schedulerNames(world)) {
    const process = world.processes.get(name);
    if (process === undefined) continue;
    // The process of this name runs the scheduler.
    const before = process.config as SchedulerConfig;
    const config = Object.freeze({ ...before, configuration: value, configurationText: text });
    const runs = process.memory !== undefined;
    if (runs) kernel.stopProcess(world, name, cause);
    kernel.configureProcess(world, name, config);
    if (runs) kernel.startProcess(world, name, cause, () => {});
  }
  return { text, problems: [], scheduler: schedulerState(world) };
}

function read(text: string): {
  readonly value: NonNullable<SchedulerConfig['configuration']>;
  readonly problems: readonly ConfigurationProblem[];
} {
  const manifest = parseManifest(text);
  const [document, ...others] = manifest.documents;
  const problems: ConfigurationProblem[] = [];
  if (document === undefined || document.value === undefined) {
    // It could not be read as YAML: that is what the problems say.
    const faults = manifest.problems.map(({ line, message }) => ({ line, message }));
    return {
      value: {},
      problems: faults.length > 0 ? faults : [{ line: 1, message: 'a configuration is needed' }],
    };
  }
  const [second] = others;
  if (second !== undefined) {
    problems.push({ line: second.span.line, message: 'one document is read, and this is another' });
  }
  for (const field of document.duplicateFields) {
    problems.push({
      line: spanOfPath(document, field).line,
      message: `strict decoding error: duplicate field "${field}"`,
    });
  }
  const taken = takeConfiguration(document.value, pluginRegistry);
  if (taken.ok) return { value: taken.value, problems };
  for (const error of taken.error) {
    const { line } = spanOfPath(document, error.field);
    problems.push({ line: line + linesInto(text, line, error), message: fieldErrorMessage(error) });
  }
  return { value: {}, problems };
}

/** A fault in the script of a user's plugin is said with the script's own line: where that is in a block of text. */
function linesInto(text: string, line: number, { field, detail }: FieldError): number {
  const into = /^line (\d+): /.exec(detail);
  if (into === null || !field.endsWith('.args.source')) return 0;
  const isBlock = /[|>][-+]?\s*$/.test(text.split('\n')[line - 1] ?? '');
  return isBlock ? Number(into[1]) : 0;
}
