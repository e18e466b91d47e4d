import type { Container, PodSpec, Volume } from '../generated/types.ts';
import { allContainers, containersText, quoted, type Check } from './check.ts';

/** The checks that level restricted adds: what hardened pods say of themselves. */
export const restrictedChecks: readonly Check[] = [
  { id: 'allowPrivilegeEscalation', find: allowPrivilegeEscalation },
  { id: 'capabilities', find: capabilities },
  { id: 'restrictedVolumes', find: restrictedVolumes },
  { id: 'runAsNonRoot', find: runAsNonRoot },
  { id: 'runAsUser', find: runAsUser },
  { id: 'seccompProfile', find: seccompProfile },
];

function allowPrivilegeEscalation(spec: PodSpec): string | undefined {
  const found = allContainers(spec).filter(
    (each) => each.securityContext?.allowPrivilegeEscalation !== false,
  );
  if (found.length === 0) return undefined;
  return `allowPrivilegeEscalation != false (${containersText(found)} must set securityContext.allowPrivilegeEscalation=false)`;
}

function capabilities(spec: PodSpec): string | undefined {
  const keeping = allContainers(spec).filter(
    (each) => each.securityContext?.capabilities?.drop?.includes('ALL') !== true,
  );
  const added = new Set<string>();
  const adding = allContainers(spec).filter((each) => {
    const bad = (each.securityContext?.capabilities?.add ?? []).filter(
      (name) => name !== 'NET_BIND_SERVICE',
    );
    for (const name of bad) added.add(name);
    return bad.length > 0;
  });
  const parts = [
    ...(keeping.length > 0
      ? [`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(adding.length > 0
      ? [
          `${containersText(adding)} must not include ${quoted([...added].sort())} in securityContext.capabilities.add`,
        ]
      : []),
  ];
  return parts.length === 0 ? undefined : `unrestricted capabilities (${parts.join('; ')})`;
}

const allowedVolumes = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

function restrictedVolumes({ volumes = [] }: PodSpec): string | undefined {
  const typeOf = (volume: Volume) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
  const bad = volumes.filter((each) => !allowedVolumes.has(typeOf(each)));
  if (bad.length === 0) return undefined;
  const types = quoted([...new Set(bad.map(typeOf))].sort());
  const names = quoted(bad.map((each) => each.name));
  return bad.length > 1
    ? `restricted volume types (volumes ${names} use restricted volume types ${types})`
    : `restricted volume types (volume ${names} uses restricted volume type ${types})`;
}

function runAsNonRoot(spec: PodSpec): string | undefined {
  const ofPod = spec.securityContext?.runAsNonRoot;
  const containers = allContainers(spec);
  const wrong = containers.filter((each) => each.securityContext?.runAsNonRoot === false);
  const subjects = [
    ...(ofPod === false ? ['pod'] : []),
    ...(wrong.length > 0 ? [containersText(wrong)] : []),
  ];
  if (subjects.length > 0) {
    return `runAsNonRoot != true (${subjects.join(' and ')} must not set securityContext.runAsNonRoot=false)`;
  }
  const silent = containers.filter((each) => each.securityContext?.runAsNonRoot === undefined);
  if (ofPod === true || silent.length === 0) return undefined;
  return `runAsNonRoot != true (pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true)`;
}

function runAsUser(spec: PodSpec): string | undefined {
  const isRoot = ({ securityContext }: Container) => securityContext?.runAsUser === 0;
  const found = allContainers(spec).filter(isRoot);
  const subjects = [
    ...(spec.securityContext?.runAsUser === 0 ? ['pod'] : []),
    ...(found.length > 0 ? [containersText(found)] : []),
  ];
  if (subjects.length === 0) return undefined;
  return `runAsUser=0 (${subjects.join(' and ')} must not set runAsUser=0)`;
}

function seccompProfile(spec: PodSpec): string | undefined {
  const ofPod = spec.securityContext?.seccompProfile?.type;
  const isFine = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost';
  const containers = allContainers(spec);
  const typeOf = (each: Container) => each.securityContext?.seccompProfile?.type;
  const wrong = containers.filter((each) => typeOf(each) !== undefined && !isFine(typeOf(each)));
  const subjects = [
    ...(ofPod !== undefined && !isFine(ofPod) ? ['pod'] : []),
    ...(wrong.length > 0 ? [containersText(wrong)] : []),
  ];
  if (subjects.length > 0) {
    return `seccompProfile (${subjects.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined")`;
  }
  const silent = containers.filter((each) => typeOf(each) === undefined);
  if (isFine(ofPod) || silent.length === 0) return undefined;
  return `seccompProfile (pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`;
}
