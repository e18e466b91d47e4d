import type { Session } from '../session.ts';
import { apply } from './apply/apply.ts';
import { editLastApplied, setLastApplied, viewLastApplied } from './apply/last-applied.ts';
import { canI, whoAmI } from './auth.ts';
import { autoscale } from './autoscale.ts';
import { approveCertificate, denyCertificate } from './certificate.ts';
import { clusterInfoDump } from './cluster-info-dump.ts';
import { apiResources, apiVersions, clusterInfo, version } from './cluster.ts';
import {
  configCurrentContext,
  configDeleteCluster,
  configDeleteContext,
  configDeleteUser,
  configGetClusters,
  configGetContexts,
  configGetUsers,
  configRenameContext,
  configSet,
  configSetCluster,
  configSetContext,
  configSetCredentials,
  configUnset,
  configUseContext,
  configView,
} from './config.ts';
import { cordon, uncordon } from './cordon.ts';
import {
  createClusterRole,
  createClusterRoleBinding,
  createRole,
  createRoleBinding,
} from './create/access.ts';
import {
  createBudget,
  createConfigMap,
  createGenericSecret,
  createNamespace,
  createPriorityClass,
  createQuota,
  createRegistrySecret,
  createServiceAccount,
  createTlsSecret,
  createToken,
} from './create/config.ts';
import { create } from './create/create.ts';
import {
  createCronJob,
  createDeployment,
  createIngress,
  createJob,
  createService,
} from './create/workloads.ts';
import { copy } from './cp.ts';
import { debug } from './debug.ts';
import { deleteVerb } from './delete.ts';
import { describe } from './describe.ts';
import { diff } from './diff.ts';
import { drain } from './drain.ts';
import { edit } from './edit.ts';
import { events } from './events.ts';
import { attach, exec } from './exec.ts';
import { explain } from './explain.ts';
import { expose } from './expose.ts';
import { get } from './get.ts';
import { annotate, label } from './label.ts';
import { logs } from './logs.ts';
import { patch } from './patch.ts';
import { completion, kustomize, pluginList } from './plain.ts';
import { portForward } from './port-forward.ts';
import { proxy } from './proxy.ts';
import { reconcile } from './reconcile.ts';
import { replace } from './replace.ts';
import { rolloutPause, rolloutRestart, rolloutResume } from './rollout/change.ts';
import { rolloutHistory } from './rollout/history.ts';
import { rolloutStatus } from './rollout/status.ts';
import { rolloutUndo } from './rollout/undo.ts';
import { run } from './run.ts';
import { scale } from './scale.ts';
import { setEnv } from './set/env.ts';
import { setImage, setResources, setSelector, setServiceAccount, setSubject } from './set/set.ts';
import { taint } from './taint.ts';
import { topNode, topPod } from './top.ts';
import { wait } from './wait.ts';

/** A command of kubectl; answers its exit status, 0 when it says nothing. Refusals leave as failures. */
export type Verb = (session: Session) => Promise<number | void>;

/** Every command by its full name. */
export const verbs: Readonly<Record<string, Verb | undefined>> = {
  annotate,
  'api-resources': apiResources,
  'api-versions': apiVersions,
  apply,
  'apply edit-last-applied': editLastApplied,
  'apply set-last-applied': setLastApplied,
  'apply view-last-applied': viewLastApplied,
  attach,
  'auth can-i': canI,
  'auth reconcile': reconcile,
  'auth whoami': whoAmI,
  autoscale,
  'certificate approve': approveCertificate,
  'certificate deny': denyCertificate,
  'cluster-info': clusterInfo,
  'cluster-info dump': clusterInfoDump,
  completion,
  'config current-context': configCurrentContext,
  'config delete-cluster': configDeleteCluster,
  'config delete-context': configDeleteContext,
  'config delete-user': configDeleteUser,
  'config get-clusters': configGetClusters,
  'config get-contexts': configGetContexts,
  'config get-users': configGetUsers,
  'config rename-context': configRenameContext,
  'config set': configSet,
  'config set-cluster': configSetCluster,
  'config set-context': configSetContext,
  'config set-credentials': configSetCredentials,
  'config unset': configUnset,
  'config use-context': configUseContext,
  'config view': configView,
  cordon,
  cp: copy,
  create,
  'create clusterrole': createClusterRole,
  'create clusterrolebinding': createClusterRoleBinding,
  'create configmap': createConfigMap,
  'create cronjob': createCronJob,
  'create deployment': createDeployment,
  'create ingress': createIngress,
  'create job': createJob,
  'create namespace': createNamespace,
  'create poddisruptionbudget': createBudget,
  'create priorityclass': createPriorityClass,
  'create quota': createQuota,
  'create role': createRole,
  'create rolebinding': createRoleBinding,
  'create secret docker-registry': createRegistrySecret,
  'create secret generic': createGenericSecret,
  'create secret tls': createTlsSecret,
  'create service clusterip': createService('ClusterIP'),
  'create service externalname': createService('ExternalName'),
  'create service loadbalancer': createService('LoadBalancer'),
  'create service nodeport': createService('NodePort'),
  'create serviceaccount': createServiceAccount,
  'create token': createToken,
  debug,
  delete: deleteVerb,
  describe,
  diff,
  drain,
  edit,
  events,
  exec,
  explain,
  expose,
  get,
  label,
  kustomize,
  logs,
  patch,
  'plugin list': pluginList,
  'port-forward': portForward,
  proxy,
  replace,
  'rollout history': rolloutHistory,
  'rollout pause': rolloutPause,
  'rollout restart': rolloutRestart,
  'rollout resume': rolloutResume,
  'rollout status': rolloutStatus,
  'rollout undo': rolloutUndo,
  run,
  scale,
  'set env': setEnv,
  'set image': setImage,
  'set resources': setResources,
  'set selector': setSelector,
  'set serviceaccount': setServiceAccount,
  'set subject': setSubject,
  taint,
  'top node': topNode,
  'top pod': topPod,
  uncordon,
  version,
  wait,
};
