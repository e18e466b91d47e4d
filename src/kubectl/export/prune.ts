import { fieldsOf, listOf, only, without, type ApiObject, type Fields } from './object.ts';

/**
 * An object as its author could have written it: without what the server and the controllers filled in, which another cluster
 * would refuse or which would tie it to this one. Defaults stay where they are; they are the same everywhere.
 */
export function pruned(object: ApiObject): Fields {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, labels, annotations } = metadata;
  const finalizers = metadata.finalizers?.filter((each) => !isSystemFinalizer(each));
  const rest = without(object, 'apiVersion', 'kind', 'metadata', 'status');
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? undefined : { namespace }),
      labels: only(labels, (key) => key !== 'kubernetes.io/metadata.name'),
      annotations: only(annotations, (key) => !isSystemAnnotation(key)),
      ...(finalizers === undefined || finalizers.length === 0 ? undefined : { finalizers }),
    },
    ...prunedBody(object, rest),
  };
}

function isSystemFinalizer(name: string): boolean {
  return /^(?:kubernetes\.io\/pvc?-protection|kubernetes|orphan|foregroundDeletion|batch\.kubernetes\.io\/job-tracking)$/.test(
    name,
  );
}

function isSystemAnnotation(key: string): boolean {
  return /^(?:kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/|pv\.kubernetes\.io\/|volume\.(?:beta\.)?kubernetes\.io\/(?:selected-node|storage-provisioner)|deprecated\.daemonset\.template\.generation|batch\.kubernetes\.io\/|endpoints\.kubernetes\.io\/|control-plane\.alpha\.kubernetes\.io\/)/.test(
    key,
  );
}

function prunedBody(object: ApiObject, rest: Fields): Fields {
  const spec = fieldsOf(rest['spec']);
  switch (object.kind) {
    case 'Namespace':
      return without(rest, 'spec');
    case 'Service':
      return { ...rest, spec: serviceSpec(object, spec) };
    case 'ServiceAccount':
      return without(rest, 'secrets');
    case 'Pod':
      return { ...rest, spec: podSpec(spec) };
    case 'Job':
      return { ...rest, spec: jobSpec(spec) };
    case 'CronJob': {
      const template = fieldsOf(spec['jobTemplate']);
      const jobTemplate = {
        ...withoutNullTime(template),
        spec: withTemplate(fieldsOf(template['spec'])),
      };
      return { ...rest, spec: { ...spec, jobTemplate } };
    }
    case 'PersistentVolumeClaim':
      return { ...rest, spec: claimSpec(object, spec) };
    case 'PersistentVolume': {
      const claimRef = fieldsOf(spec['claimRef']);
      return {
        ...rest,
        spec: {
          ...spec,
          claimRef:
            spec['claimRef'] === undefined
              ? undefined
              : without(claimRef, 'uid', 'resourceVersion'),
        },
      };
    }
    case 'StatefulSet': {
      const claims = listOf(spec['volumeClaimTemplates']).map((claim) =>
        without(withoutNullTime(fieldsOf(claim)), 'status'),
      );
      const templates = claims.length === 0 ? undefined : { volumeClaimTemplates: claims };
      return { ...rest, spec: { ...withTemplate(spec), ...templates } };
    }
    case 'Deployment':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
      return { ...rest, spec: withTemplate(spec) };
    default:
      return rest;
  }
}

/** Go writes an empty time into the metadata of templates. */
function withoutNullTime(template: Fields): Fields {
  const metadata = fieldsOf(template['metadata']);
  if (template['metadata'] === undefined) return template;
  return { ...template, metadata: without(metadata, 'creationTimestamp') };
}

function withTemplate(spec: Fields): Fields {
  if (spec['template'] === undefined) return spec;
  return { ...spec, template: withoutNullTime(fieldsOf(spec['template'])) };
}

/** Another cluster gives addresses of its own; a node port stays where its author had written one. */
function serviceSpec({ metadata }: ApiObject, spec: Fields): Fields {
  const isHeadless = spec['clusterIP'] === 'None';
  const written = metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] ?? '';
  const keepsPorts = written.includes('"nodePort"');
  const ports = listOf(spec['ports']).map((port) =>
    keepsPorts ? port : without(fieldsOf(port), 'nodePort'),
  );
  const isPlain = spec['ipFamilyPolicy'] === 'SingleStack';
  return {
    ...without(
      spec,
      'clusterIP',
      'clusterIPs',
      'healthCheckNodePort',
      ...(isPlain ? ['ipFamilies', 'ipFamilyPolicy'] : []),
    ),
    ...(isHeadless ? { clusterIP: 'None' } : undefined),
    ...(ports.length === 0 ? undefined : { ports }),
  };
}

/** The volume with a Pod's token that admission puts into every Pod. */
const TOKEN_VOLUME = /^kube-api-access-[a-z0-9]{5}$/;

function podSpec(spec: Fields): Fields {
  const isToken = (value: unknown): boolean => TOKEN_VOLUME.test(String(fieldsOf(value)['name']));
  const withoutToken = (container: unknown): Fields => {
    const fields = fieldsOf(container);
    const volumeMounts = listOf(fields['volumeMounts']).filter((mount) => !isToken(mount));
    return {
      ...fields,
      volumeMounts: volumeMounts.length === 0 ? undefined : volumeMounts,
    };
  };
  const list = (name: string, change: (each: unknown) => unknown): Fields =>
    spec[name] === undefined ? {} : { [name]: listOf(spec[name]).map(change) };
  const volumes = listOf(spec['volumes']).filter((volume) => !isToken(volume));
  const tolerations = listOf(spec['tolerations']).filter((each) => !isDefaultToleration(each));
  return {
    ...without(
      spec,
      'nodeName',
      'priority',
      'preemptionPolicy',
      'serviceAccount',
      'ephemeralContainers',
    ),
    volumes: volumes.length === 0 ? undefined : volumes,
    tolerations: tolerations.length === 0 ? undefined : tolerations,
    ...list('containers', withoutToken),
    ...list('initContainers', withoutToken),
  };
}

/** The two that admission gives to every Pod. */
function isDefaultToleration(value: unknown): boolean {
  const { key, effect, operator, tolerationSeconds } = fieldsOf(value);
  return (
    (key === 'node.kubernetes.io/not-ready' || key === 'node.kubernetes.io/unreachable') &&
    effect === 'NoExecute' &&
    operator === 'Exists' &&
    tolerationSeconds === 300
  );
}

const JOB_LABELS: readonly string[] = [
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
];

/** A Job's selector is made of its uid, unless its author said that it is his own. */
function jobSpec(spec: Fields): Fields {
  const plain = withTemplate(spec);
  if (spec['manualSelector'] === true) return plain;
  const template = fieldsOf(plain['template']);
  const metadata = fieldsOf(template['metadata']);
  const labels = without(fieldsOf(metadata['labels']), ...JOB_LABELS);
  return {
    ...without(plain, 'selector', 'manualSelector'),
    template: {
      ...template,
      metadata: {
        ...metadata,
        labels: Object.keys(labels).length === 0 ? undefined : labels,
      },
    },
  };
}

/** A volume that was made for the claim is not exported, so the claim does not name it. */
function claimSpec({ metadata }: ApiObject, spec: Fields): Fields {
  const { annotations = {} } = metadata;
  const isProvisioned =
    annotations['volume.kubernetes.io/storage-provisioner'] !== undefined ||
    annotations['volume.beta.kubernetes.io/storage-provisioner'] !== undefined ||
    annotations['pv.kubernetes.io/bound-by-controller'] === 'yes';
  return isProvisioned ? without(spec, 'volumeName') : spec;
}
