import type { Pod } from '../../api/generated/types.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { World } from '../../kernel/world.ts';

/** What this file knows of a kubelet's disk: the manifests it reads, and those that were moved away. */
interface ManifestFiles {
  readonly manifests: Map<string, Pod>;
  readonly manifestsAside: Map<string, Pod>;
}

/** The kinds of process that kubeadm writes manifests for. */
const STATIC: ReadonlySet<string> = new Set([
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
]);

/** Where a component's manifest lies: on which kubelet's machine, under which name. Undefined: it has none. */
function manifestOf(
  world: World,
  process: string,
): { readonly kubelet: string; readonly files: ManifestFiles; readonly file: string } | undefined {
  const record = world.processes.get(process);
  if (record?.supervisor === undefined || !STATIC.has(record.kind)) return undefined;
  const kubelet = `kubelet-${record.machine}`;
  // Processes of this name are of kind kubelet.
  const files = world.processes.get(kubelet)?.disk as ManifestFiles | undefined;
  return files === undefined ? undefined : { kubelet, files, file: `${record.kind}.yaml` };
}

/** Whether a process runs in a static Pod. */
export function hasManifest(world: World, process: string): boolean {
  return manifestOf(world, process) !== undefined;
}

/** Whether a component's manifest has been moved away. */
export function isMovedAway(world: World, process: string): boolean {
  const place = manifestOf(world, process);
  return place !== undefined && !place.files.manifests.has(place.file);
}

/**
 * `mv /etc/kubernetes/manifests/NAME.yaml ..`: how an operator stops a component of the control plane. The kubelet sees
 * that the file is gone and ends the Pod. Where no kubelet is there to see it, `crictl stop` does the rest.
 */
export function moveAway(
  world: World,
  kernel: Kernel,
  process: string,
  cause: Cause | undefined,
): void {
  const place = manifestOf(world, process);
  if (place === undefined) return;
  move(place.files.manifests, place.files.manifestsAside, place.file);
  if (world.processes.get(place.kubelet)?.memory === undefined)
    kernel.stopProcess(world, process, cause);
  else noticed(world, kernel, place.kubelet, cause);
}

/** The file comes back, and with it the Pod. */
export function moveBack(
  world: World,
  kernel: Kernel,
  process: string,
  cause: Cause | undefined,
): void {
  const place = manifestOf(world, process);
  if (place === undefined) return;
  move(place.files.manifestsAside, place.files.manifests, place.file);
  noticed(world, kernel, place.kubelet, cause);
}

function move(from: Map<string, Pod>, to: Map<string, Pod>, file: string): void {
  const manifest = from.get(file);
  if (manifest === undefined) return;
  from.delete(file);
  to.set(file, manifest);
}

/** inotify tells the kubelet, if one is running. */
function noticed(world: World, kernel: Kernel, to: string, cause: Cause | undefined): void {
  const process = world.processes.get(to);
  if (process === undefined) return;
  // Its disk has changed without a step of its own.
  process.steps += 1;
  if (process.memory === undefined) return;
  kernel.prod(world, { to, message: { type: 'kubelet/manifests' }, cause });
}

/**
 * An operator's editor or `mv` on a node: a file of `/etc/kubernetes/manifests` has another text now, or is gone. What is
 * written there runs, whatever the API says. Answers a sentence when the machine has no kubelet.
 */
export function writeManifest(
  world: World,
  kernel: Kernel,
  { machine, file, manifest }: { machine: string; file: string; manifest: Pod | undefined },
  cause: Cause | undefined,
): string | undefined {
  const kubelet = `kubelet-${machine}`;
  // Processes of this name are of kind kubelet.
  const files = world.processes.get(kubelet)?.disk as ManifestFiles | undefined;
  if (files === undefined) return `${machine} has no kubelet`;
  if (manifest === undefined) files.manifests.delete(file);
  else {
    files.manifests.set(file, manifest);
    files.manifestsAside.delete(file);
  }
  noticed(world, kernel, kubelet, cause);
  return undefined;
}

/** The process that a file of the manifest folder runs; undefined: an ordinary Pod. */
export function processOfManifest(world: World, machine: string, file: string): string | undefined {
  for (const { name, machine: its, kind, supervisor } of world.processes.values()) {
    if (its !== machine || supervisor === undefined || !STATIC.has(kind)) continue;
    if (file === `${kind}.yaml`) return name;
  }
  return undefined;
}
