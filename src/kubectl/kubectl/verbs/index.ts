import type { Session } from '../session.ts';
import { apply } from './apply/apply.ts';
import { editLastApplied, setLastApplied, viewLastApplied } from './apply/last-applied.ts';
import { autoscale } from './autoscale.ts';
import { createClusterRole, createClusterRoleBinding, createRole, createRoleBinding } from './create/access.ts';
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
import { createCronJob, createDeployment, createIngress, createJob, createService } from './create/workloads.ts';
import { deleteVerb } from './delete.ts';
import { describe } from './describe.ts';
import { edit } from './edit.ts';
import { expose } from './expose.ts';
import { get } from './get.ts';
import { annotate, label } from './label.ts';
import { patch } from './patch.ts';
import { replace } from './replace.ts';
import { run } from './run.ts';
import { scale } from './scale.ts';

/** A command of kubectl; answers its exit status, 0 when it says nothing. Refusals leave as failures. */
export type Verb = (session: Session) => Promise<number | void>;

/** Every command by its full name. */
export const verbs: Readonly<Record<string, Verb | undefined>> = {
  annotate,
  apply,
  'apply edit-last-applied': editLastApplied,
  'apply set-last-applied': setLastApplied,
  'apply view-last-applied': viewLastApplied,
  autoscale,
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
  delete: deleteVerb,
  describe,
  edit,
  expose,
  get,
  label,
  patch,
  replace,
  run,
  scale,
};
