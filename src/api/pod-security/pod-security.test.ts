import { describe, expect, test } from 'vitest';
import type { PodSpec } from '../generated/types.ts';
import { securityLevel, securityViolations } from './violations.ts';

const plain: PodSpec = { containers: [{ name: 'c', image: 'nginx' }] };
const hardened: PodSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'c',
      image: 'nginx',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};

describe('Pod Security', () => {
  test('restricted wants four things of a plain pod', () => {
    expect(securityViolations(plain, 'restricted').join(', ')).toBe(
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    expect(securityViolations(hardened, 'restricted')).toEqual([]);
  });

  const cases: [PodSpec, string][] = [
    [
      { ...plain, hostNetwork: true, hostPID: true },
      'host namespaces (hostNetwork=true, hostPID=true)',
    ],
    [
      { ...plain, volumes: [{ name: 'v', hostPath: { path: '/' } }] },
      'hostPath volumes (volume "v")',
    ],
    [
      { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] },
      'hostPort (container "c" uses hostPort 80)',
    ],
    [
      { containers: [{ name: 'c', securityContext: { privileged: true } }] },
      'privileged (container "c" must not set securityContext.privileged=true)',
    ],
    [
      {
        containers: [
          { name: 'c', securityContext: { capabilities: { add: ['NET_ADMIN', 'CHOWN'] } } },
        ],
      },
      'non-default capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      { ...plain, securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } },
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      { ...plain, securityContext: { seccompProfile: { type: 'Unconfined' } } },
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
  ];
  test.each(cases)('baseline: %j', (spec, violation) => {
    expect(securityViolations(spec, 'baseline')).toEqual([violation]);
    expect(securityViolations(spec, 'privileged')).toEqual([]);
  });

  test('levels come from labels, and what is none is the strictest', () => {
    const labels = (enforce: string) => ({ 'pod-security.kubernetes.io/enforce': enforce });
    expect(securityLevel(undefined, 'enforce').level).toBe('privileged');
    expect(securityLevel(labels('baseline'), 'enforce').level).toBe('baseline');
    expect(securityLevel(labels('strict'), 'enforce').level).toBe('restricted');
    expect(securityLevel(labels('baseline'), 'warn').level).toBe('privileged');
  });
});
