import { forbidden, invalid, notFound, notSupported, required } from '../field-errors.ts';
import type { Container, VolumeDevice, VolumeMount } from '../generated/types.ts';
import { checkLocalPath, type Errors } from './fields.ts';
import type { VolumesByName } from './volumes.ts';

/** Where a container sees the volumes of its pod. */

export function checkVolumeMounts(
  container: Container,
  volumes: VolumesByName,
  path: string,
  errors: Errors,
): void {
  const mounts = container.volumeMounts ?? [];
  const devices = container.volumeDevices ?? [];
  const mountPaths = new Set<string>();
  for (let index = 0; index < mounts.length; index += 1) {
    const mount = mounts[index] as VolumeMount; // In range by the loop.
    const at = `${path}[${index}]`;
    const { name = '', mountPath = '' } = mount;
    if (name === '') errors.push(required(`${at}.name`));
    if (!volumes.has(name)) errors.push(notFound(`${at}.name`, name));
    if (mountPath === '') errors.push(required(`${at}.mountPath`));
    if (mountPaths.has(mountPath)) {
      errors.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'));
    }
    mountPaths.add(mountPath);
    if (devices.some((each) => each.name === name)) {
      errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeDevices'));
    }
    if (devices.some((each) => each.devicePath === mountPath)) {
      errors.push(
        invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'),
      );
    }
    if (hasRareFields(mount)) checkRareFields(mount, container, volumes, path, at, errors);
  }
}

function hasRareFields(mount: VolumeMount): boolean {
  return (
    mount.subPath !== undefined ||
    mount.subPathExpr !== undefined ||
    mount.mountPropagation !== undefined ||
    mount.recursiveReadOnly !== undefined
  );
}

/** `path` is that of the list: upstream leaves the index out in some of these. */
function checkRareFields(
  mount: VolumeMount,
  container: Container,
  volumes: VolumesByName,
  path: string,
  at: string,
  errors: Errors,
): void {
  const { subPath = '', subPathExpr = '' } = mount;
  if (volumes.get(mount.name)?.image !== undefined) {
    const message = 'not allowed in image volume sources';
    if (subPath !== '') errors.push(invalid(`${at}.subPath`, subPath, message));
    if (subPathExpr !== '') errors.push(invalid(`${at}.subPathExpr`, subPathExpr, message));
  }
  if (subPath !== '') checkLocalPath(subPath, `${path}.subPath`, errors);
  if (subPathExpr !== '') {
    if (subPath !== '') {
      errors.push(
        invalid(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'),
      );
    }
    checkLocalPath(subPathExpr, `${path}.subPathExpr`, errors);
  }
  checkPropagation(mount, container, `${path}.mountPropagation`, errors);
  checkRecursiveReadOnly(mount, `${path}.recursiveReadOnly`, errors);
}

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

function checkPropagation(
  { mountPropagation }: VolumeMount,
  container: Container,
  path: string,
  errors: Errors,
): void {
  if (mountPropagation === undefined) return;
  if (!propagations.includes(mountPropagation)) {
    errors.push(notSupported(path, mountPropagation, propagations));
  }
  if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
    errors.push(
      forbidden(path, 'Bidirectional mount propagation is available only to privileged containers'),
    );
  }
}

function checkRecursiveReadOnly(mount: VolumeMount, path: string, errors: Errors): void {
  const { recursiveReadOnly, mountPropagation } = mount;
  switch (recursiveReadOnly) {
    case undefined:
    case 'Disabled':
      return;
    case 'Enabled':
    case 'IfPossible':
      if (mount.readOnly !== true) {
        errors.push(forbidden(path, 'may only be specified when readOnly is true'));
      }
      if (mountPropagation !== undefined && mountPropagation !== 'None') {
        errors.push(
          forbidden(path, 'may only be specified when mountPropagation is None or not specified'),
        );
      }
      return;
    default:
      errors.push(notSupported(path, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']));
  }
}

/** Raw block devices: of claims alone, and none that is mounted as well. */
export function checkVolumeDevices(
  container: Container,
  volumes: VolumesByName,
  path: string,
  errors: Errors,
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, device] of (container.volumeDevices ?? []).entries()) {
    const at = `${path}[${index}]`;
    checkDevice(device, volumes, names, paths, at, errors);
    for (const mount of container.volumeMounts ?? []) {
      if (mount.name === device.name) {
        errors.push(invalid(`${at}.name`, device.name, 'must not already exist in volumeMounts'));
      }
      if (mount.mountPath === device.devicePath) {
        errors.push(
          invalid(
            `${at}.devicePath`,
            device.devicePath,
            'must not already exist as a path in volumeMounts',
          ),
        );
      }
    }
  }
}

function checkDevice(
  { name = '', devicePath = '' }: VolumeDevice,
  volumes: VolumesByName,
  names: Set<string>,
  paths: Set<string>,
  at: string,
  errors: Errors,
): void {
  const volume = volumes.get(name);
  if (name === '') errors.push(required(`${at}.name`));
  if (names.has(name)) errors.push(invalid(`${at}.name`, name, 'must be unique'));
  if (volume === undefined) errors.push(notFound(`${at}.name`, name));
  else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
    errors.push(
      invalid(
        `${at}.name`,
        name,
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
      ),
    );
  }
  if (devicePath === '') errors.push(required(`${at}.devicePath`));
  if (paths.has(devicePath)) {
    errors.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'));
  }
  if (devicePath.split('/').includes('..')) {
    errors.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
  } else paths.add(devicePath);
  if (name !== '') names.add(name);
}
