import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fork } from '../../../../kernel/checkpoint.ts';
import { SECOND } from '../../../../kernel/time.ts';
import type { World } from '../../../../kernel/world.ts';
import { openTerminal } from '../../serve/testing.ts';
import { isSilent, judgeDelete, judgeSecondApply, readApply } from './judge.ts';
import type { ApplyMode, CaseOutcome, CommandRunner } from './run-case.ts';

/**
 * Kustomizations over the shared manifests. These are kept without those of their projects, so that they are written here:
 * as upstream has them where the name is upstream's, and then with what else a kustomization can say.
 */
export interface Kustomization {
  readonly name: string;
  /** Folders of the shared manifests that it builds on. */
  readonly sources: readonly string[];
  /** Files beside them, by their paths. */
  readonly files: Readonly<Record<string, string>>;
  /** The folder that is applied. */
  readonly folder: string;
}

const HEAD = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';
const WEBAPP = 'podinfo/deploy/webapp';

export const KUSTOMIZATIONS: readonly Kustomization[] = [
  {
    name: 'metrics-server base',
    sources: ['metrics-server/manifests/base'],
    files: {
      'metrics-server/manifests/base/kustomization.yaml': `${HEAD}commonLabels:
  k8s-app: metrics-server
resources: [apiservice.yaml, deployment.yaml, rbac.yaml, service.yaml]
`,
    },
    folder: 'metrics-server/manifests/base',
  },
  {
    name: 'descheduler job',
    sources: ['descheduler/kubernetes'],
    files: {
      'descheduler/kubernetes/base/kustomization.yaml': `${HEAD}resources:
- configmap.yaml
- rbac.yaml
`,
      'descheduler/kubernetes/job/kustomization.yaml': `${HEAD}resources:
- ../base
- job.yaml
`,
    },
    folder: 'descheduler/kubernetes/job',
  },
  {
    name: 'podinfo webapp overlay',
    sources: [WEBAPP],
    files: {
      [`${WEBAPP}/common/kustomization.yaml`]: `${HEAD}resources: [namespace.yaml, service-account.yaml, reconciler-rbac.yaml]\n`,
      [`${WEBAPP}/backend/kustomization.yaml`]: `${HEAD}resources: [deployment.yaml, hpa.yaml, service.yaml]\n`,
      [`${WEBAPP}/frontend/kustomization.yaml`]: `${HEAD}resources: [deployment.yaml, hpa.yaml, service.yaml]\n`,
      [`${WEBAPP}/kustomization.yaml`]: `${HEAD}resources: [common, backend, frontend]\n`,
      'overlay/kustomization.yaml': `${HEAD}namespace: staging
nameSuffix: -next
resources: [../${WEBAPP}]
labels:
- pairs: {stage: next}
  includeSelectors: true
commonAnnotations: {owner: team-a}
images:
- name: ghcr.io/stefanprodan/podinfo
  newTag: 6.9.0
replicas:
- name: frontend
  count: 2
configMapGenerator:
- name: settings
  literals: [COLOUR=red]
secretGenerator:
- name: token
  literals: [TOKEN=abc]
  type: Opaque
patches:
- target: {kind: HorizontalPodAutoscaler}
  patch: |-
    - op: replace
      path: /spec/maxReplicas
      value: 3
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: backend
      namespace: webapp
    spec:
      template:
        spec:
          containers:
          - name: backend
            envFrom:
            - configMapRef: {name: settings}
            - secretRef: {name: token}
`,
    },
    folder: 'overlay',
  },
  {
    name: 'online boutique network policies',
    sources: ['online-boutique'],
    files: {
      'online-boutique/kustomize/components/network-policies/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [network-policy-deny-all.yaml, network-policy-frontend.yaml]
`,
      'online-boutique/kustomization.yaml': `${HEAD}resources: [release/kubernetes-manifests.yaml]
components: [kustomize/components/network-policies]
`,
    },
    folder: 'online-boutique',
  },
];

const SETTLE_MICROS = 20 * SECOND;
const HURRY_SPEED = 60;

/** `apply -k`, then `diff` prints nothing, a second apply changes nothing, and `delete` removes all. */
export async function runKustomization(
  base: World,
  root: string,
  { sources, files, folder }: Kustomization,
  mode: ApplyMode,
  run: CommandRunner,
): Promise<CaseOutcome> {
  const terminal = await openTerminal({ world: fork(base), speed: 1 });
  const complaints: string[] = [];
  const warnings: string[] = [];
  const transcript: (readonly [string, string])[] = [];
  const flag = mode === 'server' ? ' --server-side' : '';
  const play = async (command: string): Promise<string> => {
    const output = await run(terminal, command);
    transcript.push([command, output]);
    return output;
  };
  try {
    const work = join((await terminal.run('pwd')).trim(), 'k');
    for (const source of sources) {
      cpSync(join(root, source), join(work, source), { recursive: true });
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), text);
    }
    await play(`kubectl kustomize k/${folder}`);
    if (folder === 'overlay') await terminal.run('kubectl create namespace staging');
    const applied = readApply(withoutHints(await play(`kubectl apply${flag} -k k/${folder}`)));
    warnings.push(...applied.warnings);
    if (applied.failed || applied.refusals !== '') complaints.push(applied.refusals);
    const { session, pacer } = terminal.cluster;
    session.advance(session.world.now + SETTLE_MICROS, Number.MAX_SAFE_INTEGER);
    const difference = withoutHints(await play(`kubectl diff${flag} -k k/${folder}`));
    if (!isSilent(difference)) complaints.push(`diff prints\n${difference}`);
    const again = withoutHints(await play(`kubectl apply${flag} -k k/${folder}`));
    complaints.push(...judgeSecondApply(again, mode === 'server'));
    pacer.command({ kind: 'speed', factor: 1 });
    const hurry = setTimeout(() => pacer.command({ kind: 'speed', factor: HURRY_SPEED }), 3000);
    complaints.push(...judgeDelete(withoutHints(await play(`kubectl delete -k k/${folder}`))));
    clearTimeout(hurry);
  } finally {
    await terminal.close();
  }
  return { complaints, warnings, transcript };
}

/** Without what kustomize says of old words in its files. */
function withoutHints(text: string): string {
  return text.replace(/^# Warning: .*\n/gm, '');
}
