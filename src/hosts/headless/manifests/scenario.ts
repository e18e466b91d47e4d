import { kindByName } from '../../../api/kinds/index.ts';
import { SECOND } from '../../../kernel/time.ts';
import type { World } from '../../../kernel/world.ts';
import type { KubeResponse } from '../../../kubectl/kube-client.ts';
import { createSession } from '../../session.ts';
import { createDriver, type Driver } from '../drive.ts';
import { applyFile } from './apply-file.ts';
import { comparePodCounts, compareWorkload, settledDifferences } from './compare.ts';
import type { ScenarioExpectation, ScenarioStep, StepExpectation } from './expectation.ts';
import { readOutcome, uidsOf } from './outcome.ts';
import { settle } from './settle.ts';

/** What a step came back with: the first refusal, if there was one, and all warnings. */
interface StepAnswer {
  readonly code: number;
  readonly message: string;
  readonly warnings: readonly string[];
}

const ACCEPTED: StepAnswer = { code: 200, message: '', warnings: [] };

/** The default class of clusters that have one: volumes are made on first use. */
const STANDARD = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: 'standard',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'kubarium.io/provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** Runs a scenario's steps on a cluster; answers every way in which it differs from what is expected. */
export async function runScenario(
  world: World,
  scenario: ScenarioExpectation,
  read: (file: string) => string,
): Promise<readonly string[]> {
  const known = uidsOf(world);
  const driver = createDriver(createSession(world));
  if (scenario.defaultStorageClass === true) {
    driver.request({
      method: 'POST',
      path: '/apis/storage.k8s.io/v1/storageclasses',
      body: STANDARD,
    });
    driver.run(SECOND);
  }
  const complaints: string[] = [];
  let flapped: ReadonlySet<string> = new Set();
  let labelled = '';
  for (const [index, step] of scenario.steps.entries()) {
    const answer = await takeStep(driver, step, read);
    labelled = step.labelNode?.node.startsWith('any') === true ? 'node-1' : labelled;
    if (step.expect === undefined) continue;
    const needsRest =
      step.expect.podCounts ?? step.expect.workload ?? step.expect.reason ?? step.expect.placedOn;
    if (needsRest !== undefined) flapped = settle(driver, known);
    for (const complaint of stepComplaints(step.expect, answer, driver, known, labelled)) {
      complaints.push(`step ${index + 1}: ${complaint}`);
    }
  }
  if (scenario.settled !== undefined) {
    flapped = settle(driver, known);
    complaints.push(...settledDifferences(scenario.settled, readOutcome(world, known), flapped));
  }
  return complaints;
}

async function takeStep(
  driver: Driver,
  step: ScenarioStep,
  read: (file: string) => string,
): Promise<StepAnswer> {
  if (step.apply !== undefined) {
    const results = await applyFile(driver, read(step.apply), step.namespace ?? 'default');
    const refused = results.find((each) => each.refusal !== undefined);
    return {
      code: refused === undefined ? 200 : (refused.code ?? 404),
      message: refused?.refusal ?? '',
      warnings: results.flatMap((each) => each.warnings),
    };
  }
  if (step.createNamespace !== undefined) {
    const { name, labels } = step.createNamespace;
    const metadata = labels === undefined ? { name } : { name, labels };
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata };
    return answerOf(driver.request({ method: 'POST', path: '/api/v1/namespaces', body }));
  }
  if (step.labelNode !== undefined) {
    const { node, labels } = step.labelNode;
    return onNodes(driver, node, (name) =>
      patch(driver, `/api/v1/nodes/${name}`, { metadata: { labels } }),
    );
  }
  if (step.patchNodeStatus !== undefined) {
    const { node, capacity } = step.patchNodeStatus;
    const status = { capacity, allocatable: capacity };
    return onNodes(driver, node, (name) =>
      patch(driver, `/api/v1/nodes/${name}/status`, { status }),
    );
  }
  if (step.patch !== undefined) {
    const { kind, name, namespace, merge } = step.patch;
    const declaration = kindByName(kind.toLowerCase());
    if (declaration === undefined) return { code: 404, message: `no kind ${kind}`, warnings: [] };
    const root =
      declaration.group === '' ? '/api/v1' : `/apis/${declaration.group}/${declaration.version}`;
    return patch(driver, `${root}/namespaces/${namespace}/${declaration.plural}/${name}`, merge);
  }
  return ACCEPTED;
}

/** `any one worker` or `every worker`. */
function onNodes(driver: Driver, which: string, act: (name: string) => StepAnswer): StepAnswer {
  const names = [...driver.session.world.machines.keys()].filter((name) =>
    name.startsWith('node-'),
  );
  let answer = ACCEPTED;
  for (const name of which.startsWith('every') ? names : names.slice(0, 1)) answer = act(name);
  return answer;
}

function patch(driver: Driver, path: string, body: unknown): StepAnswer {
  return answerOf(
    driver.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' }),
  );
}

function answerOf(response: KubeResponse): StepAnswer {
  const { message } = (response.body ?? {}) as { message?: string };
  return {
    code: response.code,
    message: response.code < 300 ? '' : (message ?? ''),
    warnings: response.warnings,
  };
}

function withoutGaps(text: string): string {
  return text.replaceAll(', ', ',');
}

function stepComplaints(
  expected: StepExpectation,
  answer: StepAnswer,
  driver: Driver,
  known: ReadonlySet<string>,
  labelled: string,
): string[] {
  const outcome = readOutcome(driver.session.world, known);
  const complaints: string[] = [];
  const accepted = answer.code < 300;
  if (expected.accepted !== undefined && expected.accepted !== accepted) {
    complaints.push(
      `${accepted ? 'accepted' : `refused: ${answer.message}`}, expected the contrary`,
    );
  }
  if (expected.status !== undefined && expected.status !== answer.code) {
    complaints.push(`status ${answer.code}, expected ${expected.status}`);
  }
  for (const part of (expected.messageContains ?? '').split('; ')) {
    // The table quotes a documentation page that lost a space after a comma.
    if (!withoutGaps(answer.message).includes(withoutGaps(part)))
      complaints.push(`"${answer.message}" does not say "${part}"`);
  }
  const warnings = answer.warnings.join('\n');
  if (!warnings.includes(expected.warningContains ?? '')) {
    complaints.push(`no warning "${expected.warningContains}"`);
  }
  complaints.push(...comparePodCounts(expected.podCounts ?? {}, outcome));
  if (expected.workload !== undefined) {
    const { kind, name } = expected.workload;
    const found = outcome.workloads.find((each) => each.kind === kind && each.name === name);
    const namespace = found?.namespace ?? 'default';
    complaints.push(...compareWorkload({ namespace, ...expected.workload }, outcome));
  }
  const { reason, placedOn } = expected;
  if (
    reason !== undefined &&
    !outcome.pods.some((pod) => pod.status === reason || pod.messages.includes(reason))
  ) {
    complaints.push(`no Pod is ${reason}`);
  }
  if (placedOn !== undefined && !outcome.pods.every((pod) => pod.node === labelled)) {
    complaints.push(`not every Pod is on ${placedOn}`);
  }
  return complaints;
}
