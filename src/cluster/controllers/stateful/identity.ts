import type {
  PersistentVolumeClaim,
  Pod,
  PodTemplateSpec,
  StatefulSet,
  Volume,
} from '../../../api/generated/types.ts';
import { podFromTemplate } from '../pod-from-template.ts';

const REVISION_LABEL = 'controller-revision-hash';
const NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const INDEX_LABEL = 'apps.kubernetes.io/pod-index';

/** The number of the first pod. */
export function startOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

/** The ordinal in a pod's name; undefined when the name is not one the set gives. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const { name = '' } = pod.metadata;
  const prefix = `${set.metadata.name}-`;
  if (!name.startsWith(prefix)) return undefined;
  const digits = name.slice(prefix.length);
  return /^[0-9]{1,9}$/.test(digits) ? Number(digits) : undefined;
}

/** The name of the revision that a pod was made of. */
export function podRevision(pod: Pod): string {
  return pod.metadata.labels?.[REVISION_LABEL] ?? '';
}

/** The pod of an ordinal: with its name, its host name and its own claims. */
export function statefulPod(
  set: StatefulSet,
  template: PodTemplateSpec,
  revision: string,
  ordinal: number,
): Pod {
  const pod = podFromTemplate(set, template);
  const { generateName: _, ...metadata } = pod.metadata;
  const name = `${set.metadata.name}-${ordinal}`;
  const { serviceName = '' } = set.spec;
  return {
    ...pod,
    metadata: {
      ...metadata,
      name,
      labels: {
        ...metadata.labels,
        [NAME_LABEL]: name,
        [INDEX_LABEL]: String(ordinal),
        [REVISION_LABEL]: revision,
      },
    },
    spec: {
      ...pod.spec,
      hostname: name,
      ...(serviceName === '' ? undefined : { subdomain: serviceName }),
      ...volumesOf(set, pod, ordinal),
    },
  };
}

/** The template's volumes, with each claim template in the place of one of its name. */
function volumesOf(
  set: StatefulSet,
  { spec }: Pod,
  ordinal: number,
): { readonly volumes?: readonly Volume[] } | undefined {
  const claims = set.spec.volumeClaimTemplates ?? [];
  if (claims.length === 0) return undefined;
  const own = claims.map((each): Volume => {
    const name = each.metadata.name ?? '';
    const claimName = claimNameOf(set, name, ordinal);
    return { name, persistentVolumeClaim: { claimName, readOnly: false } };
  });
  const names = new Set(own.map((each) => each.name));
  const others = (spec.volumes ?? []).filter((each) => !names.has(each.name));
  return { volumes: [...own, ...others] };
}

function claimNameOf(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${set.metadata.name}-${ordinal}`;
}

/** The claims that belong to an ordinal, as they are to be made. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => {
    const { status: _, ...claim } = template;
    const { labels, annotations, name = '' } = template.metadata;
    const { namespace } = set.metadata;
    return {
      ...claim,
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: claimNameOf(set, name, ordinal),
        ...(namespace === undefined ? undefined : { namespace }),
        labels: { ...labels, ...set.spec.selector.matchLabels },
        ...(annotations === undefined ? undefined : { annotations }),
      },
    };
  });
}
