import { duplicate, forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from '../generated/types.ts';
import { groupIdErrors, userIdErrors } from '../names/words.ts';
import { addMessages, checkLocalPath, type Errors } from './fields.ts';

/** Security settings of containers and pods. Those for Windows are taken as they are. */

export function checkSecurityContext(
  context: SecurityContext,
  allowPrivileged: boolean,
  hostUsers: boolean,
  path: string,
  errors: Errors,
): void {
  if (context.privileged === true && !allowPrivileged) {
    errors.push(forbidden(`${path}.privileged`, 'disallowed by cluster policy'));
  }
  checkIds(context, path, errors);
  const { procMount } = context;
  if (procMount !== undefined) {
    if (procMount !== 'Default' && procMount !== 'Unmasked') {
      errors.push(notSupported(`${path}.procMount`, procMount, ['Default', 'Unmasked']));
    }
    if (hostUsers && procMount === 'Unmasked') {
      errors.push(
        invalid(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'),
      );
    }
  }
  checkSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors);
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true) {
      errors.push(
        invalid(
          path,
          internalForm(context),
          'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
        ),
      );
    }
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN') === true) {
      errors.push(
        invalid(
          path,
          internalForm(context),
          'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
        ),
      );
    }
  }
  checkAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors);
}

/** The struct as the server prints it: its internal form has no JSON names, and prints what is absent as null. */
function internalForm(context: SecurityContext): Readonly<Record<string, unknown>> {
  return {
    Capabilities: context.capabilities ?? null,
    Privileged: context.privileged ?? null,
    SELinuxOptions: context.seLinuxOptions ?? null,
    WindowsOptions: context.windowsOptions ?? null,
    RunAsUser: context.runAsUser ?? null,
    RunAsGroup: context.runAsGroup ?? null,
    RunAsNonRoot: context.runAsNonRoot ?? null,
    ReadOnlyRootFilesystem: context.readOnlyRootFilesystem ?? null,
    AllowPrivilegeEscalation: context.allowPrivilegeEscalation ?? null,
    ProcMount: context.procMount ?? null,
    SeccompProfile: context.seccompProfile ?? null,
    AppArmorProfile: context.appArmorProfile ?? null,
  };
}

function checkIds(
  { runAsUser, runAsGroup }: { readonly runAsUser?: number; readonly runAsGroup?: number },
  path: string,
  errors: Errors,
): void {
  if (runAsUser !== undefined) {
    addMessages(userIdErrors(runAsUser), runAsUser, `${path}.runAsUser`, errors);
  }
  if (runAsGroup !== undefined) {
    addMessages(groupIdErrors(runAsGroup), runAsGroup, `${path}.runAsGroup`, errors);
  }
}

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function checkSeccomp(profile: SeccompProfile | undefined, path: string, errors: Errors): void {
  if (profile === undefined) return;
  const type: string = profile.type ?? '';
  if (type === '') {
    errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  } else if (!profileTypes.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, profileTypes));
  }
  const { localhostProfile } = profile;
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined) {
      errors.push(
        invalid(
          `${path}.localhostProfile`,
          { Type: type, LocalhostProfile: localhostProfile },
          'can only be set when seccomp type is Localhost',
        ),
      );
    }
  } else if (localhostProfile === undefined) {
    errors.push(required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost'));
  } else checkLocalPath(localhostProfile, `${path}.localhostProfile`, errors);
}

function checkAppArmor(profile: AppArmorProfile | undefined, path: string, errors: Errors): void {
  if (profile === undefined) return;
  const type: string = profile.type ?? '';
  const { localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  if (type === 'Localhost') {
    if (localhostProfile === undefined || localhostProfile === '') {
      errors.push(required(at, 'must be set when AppArmor type is Localhost'));
    } else if (localhostProfile.trim() !== localhostProfile) {
      errors.push(invalid(at, localhostProfile, 'must not be padded with whitespace'));
    }
  } else if (type === '') {
    errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'));
  } else if (!profileTypes.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, profileTypes));
  } else if (localhostProfile !== undefined) {
    errors.push(invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost'));
  }
}

/** The settings of the pod as a whole. */
export function checkPodSecurityContext(
  context: PodSecurityContext,
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  const { fsGroup, fsGroupChangePolicy, supplementalGroups, sysctls } = context;
  if (fsGroup !== undefined) {
    addMessages(groupIdErrors(fsGroup), fsGroup, `${path}.fsGroup`, errors);
  }
  checkIds(context, path, errors);
  for (const [index, id] of (supplementalGroups ?? []).entries()) {
    addMessages(groupIdErrors(id), id, `${path}.supplementalGroups[${index}]`, errors);
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    errors.push(
      invalid(
        `${path}.shareProcessNamespace`,
        true,
        'ShareProcessNamespace and HostPID cannot both be enabled',
      ),
    );
  }
  if (sysctls !== undefined) checkSysctls(sysctls, spec, `${path}.sysctls`, errors);
  checkChoice(
    fsGroupChangePolicy,
    ['Always', 'OnRootMismatch'],
    `${path}.fsGroupChangePolicy`,
    errors,
  );
  checkSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors);
  checkAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors);
  checkChoice(
    context.supplementalGroupsPolicy,
    ['Merge', 'Strict'],
    `${path}.supplementalGroupsPolicy`,
    errors,
  );
  checkChoice(
    context.seLinuxChangePolicy,
    ['MountOption', 'Recursive'],
    `${path}.seLinuxChangePolicy`,
    errors,
  );
}

function checkChoice(
  value: string | undefined,
  supported: readonly string[],
  path: string,
  errors: Errors,
): void {
  if (value !== undefined && !supported.includes(value)) {
    errors.push(notSupported(path, value, supported));
  }
}

const sysctlName = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

function checkSysctls(
  sysctls: NonNullable<PodSecurityContext['sysctls']>,
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  const seen = new Set<string>();
  for (const [index, { name = '' }] of sysctls.entries()) {
    const at = `${path}[${index}].name`;
    if (name === '') errors.push(required(at));
    else if (name.length > 253 || !sysctlName.test(name)) {
      errors.push(
        invalid(
          at,
          name,
          'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
        ),
      );
    } else if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork === true && dotted.startsWith('net.')) {
      errors.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"));
    }
    if (spec.hostIPC === true && /^(?:kernel\.(?:shm|msg|sem)|fs\.mqueue\.)/.test(dotted)) {
      errors.push(invalid(at, name, "may not be specified when 'hostIPC' is true"));
    }
  }
}
