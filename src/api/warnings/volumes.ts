import type { PersistentVolumeClaimSpec, Volume, VolumeProjection } from '../generated/types.ts';

/** Kinds of volumes that are on their way out, or have gone, in upstream's order. */
const DEPRECATED: readonly (readonly [field: keyof Volume, message: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/** How upstream calls a field that its Go types spell otherwise. */
function wordOf(field: string): string {
  return field === 'storageos' ? 'storageOS' : field;
}

/** Warnings on a Pod's volumes (upstream: pkg/api/pod/warnings.go); `path` is that of the Pod's spec. */
export function addVolumeWarnings(
  volumes: readonly Volume[],
  path: string,
  warnings: string[],
): void {
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}.volumes[${index}]`;
    for (const [field, message] of DEPRECATED) {
      if (volume[field] !== undefined) warnings.push(`${at}.${wordOf(field)}: ${message}`);
    }
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
    if (claim !== undefined) {
      addClaimSpecWarnings(claim, `${at}.ephemeral.volumeClaimTemplate.spec`, warnings);
    }
  }
  for (const volume of volumes) addOverlapWarnings(volume, warnings);
}

/** Warnings on what a claim asks for. */
export function addClaimSpecWarnings(
  spec: PersistentVolumeClaimSpec,
  path: string,
  warnings: string[],
): void {
  for (const kind of ['requests', 'limits'] as const) {
    const amount = spec.resources?.[kind]?.['storage'];
    if (amount?.endsWith('m') !== true) continue;
    warnings.push(
      `${path}.resources.${kind}[storage]: fractional byte value "${amount}" is invalid, must be an integer`,
    );
  }
}

/** Files of one volume that hide each other, or of which one is another's folder. */
function addOverlapWarnings(volume: Volume, warnings: string[]): void {
  const { name, configMap, secret, downwardAPI, projected } = volume;
  const said = (what: string) => `volume "${name}" (${what}): overlapping paths`;
  const pathsOf = (items: readonly { readonly path: string }[] | undefined) =>
    (items ?? []).map(({ path }) => path);
  addOverlaps(pathsOf(configMap?.items), said(`ConfigMap "${configMap?.name ?? ''}"`), warnings);
  addOverlaps(pathsOf(secret?.items), said(`Secret "${secret?.secretName ?? ''}"`), warnings);
  addOverlaps(pathsOf(downwardAPI?.items), said('DownwardAPI'), warnings);
  const all = new Set<string>();
  for (const source of projected?.sources ?? []) {
    if (Object.values(source).every((value) => value === undefined)) {
      warnings.push(`volume "${name}" (Projected) has no sources provided`);
      continue;
    }
    const [what, paths] = projectedPaths(source);
    if (paths.length === 0) continue;
    const message = said(`Projected ${what}`);
    addOverlaps(paths, message, warnings);
    addOverlaps([...new Set(paths), ...all].sort(), message, warnings);
    for (const path of paths) all.add(path);
  }
}

function projectedPaths(source: VolumeProjection): readonly [string, readonly string[]] {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle } = source;
  if (configMap?.items !== undefined) {
    return [`ConfigMap "${configMap.name ?? ''}"`, configMap.items.map(({ path }) => path)];
  }
  if (secret?.items !== undefined) {
    return [`Secret "${secret.name ?? ''}"`, secret.items.map(({ path }) => path)];
  }
  if (downwardAPI?.items !== undefined) {
    return ['DownwardAPI', downwardAPI.items.map(({ path }) => path)];
  }
  if (serviceAccountToken !== undefined) return ['ServiceAccountToken', [serviceAccountToken.path]];
  if (clusterTrustBundle === undefined) return ['', []];
  const { name, signerName = '', path } = clusterTrustBundle;
  return [`ClusterTrustBundle "${name ?? signerName}"`, [path]];
}

function addOverlaps(paths: readonly string[], message: string, warnings: string[]): void {
  if (paths.length < 2) return;
  const seen = new Set<string>();
  for (const path of paths) {
    const plain = path.replace(/\/+$/, '');
    const other = [...seen].find((each) => areOverlapping(each, plain));
    if (other !== undefined) warnings.push(`${message}: "${plain}" with "${other}"`);
    seen.add(plain);
  }
}

/** As upstream compares: also `ca` with `ca.crt`, of which neither is the other's folder. */
function areOverlapping(a: string, b: string): boolean {
  if (a === '' || b === '') return false;
  return a === b || `${a}/`.startsWith(b) || `${b}/`.startsWith(a);
}
