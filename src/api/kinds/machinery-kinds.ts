import { defaultTemplate } from '../defaults/pod-spec.ts';
import { invalid, required } from '../field-errors.ts';
import type {
  CertificateSigningRequest,
  IPAddress,
  PodTemplate,
  ServiceCIDR,
} from '../generated/types.ts';
import {
  certificateSigningRequestTable,
  ipAddressTable,
  podTemplateTable,
  serviceCidrTable,
} from '../printers/machinery.ts';
import { hasFormat } from './custom/formats.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkImmutable } from '../validation/fields.ts';
import type { NameCheck } from '../validation/object-meta.ts';
import { checkPodTemplate } from '../validation/pod-template.ts';
import { statusOf } from './define-kind.ts';
import { asNew, keepStatus, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';
import { kept, needs } from './kept-kind.ts';
import type { KindDeclaration, Requester } from './kind.ts';

const NETWORKING = 'networking.k8s.io';

const podTemplate = kept<PodTemplate>(
  {
    group: '',
    version: 'v1',
    kind: 'PodTemplate',
    plural: 'podtemplates',
    namespaced: true,
    table: podTemplateTable,
    defaults: (object) => {
      const template = defaultTemplate(object.template);
      return template === object.template ? object : { ...object, template };
    },
  },
  {
    check: ({ template }, errors) => {
      if (template !== undefined) checkPodTemplate(template, true, 'template', errors);
    },
  },
);

const conditionTypes = ['Approved', 'Denied'];

const certificateSigningRequest = kept<CertificateSigningRequest>(
  {
    group: 'certificates.k8s.io',
    version: 'v1',
    kind: 'CertificateSigningRequest',
    plural: 'certificatesigningrequests',
    shortNames: ['csr'],
    namespaced: false,
    table: certificateSigningRequestTable,
    subresources: {
      status: statusOf('CertificateSigningRequest'),
      approval: statusOf('CertificateSigningRequest'),
    },
    selectableFields: { 'spec.signerName': ({ spec }) => spec?.signerName ?? '' },
    ofRequester: requestedBy,
    prepareForCreate: (object) => asNew(object, {}),
    // Nothing of a request changes but by its endpoints: what an update says of it is not heard.
    prepareForUpdate: (next, old) => keepStatus({ ...next, spec: old.spec }, old),
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
    subresourceUpdates: {
      approval: {
        prepare: (next, old) => onlyStatus(next, old),
        validate: (next) =>
          collectErrors((errors) => {
            const types = (next.status?.conditions ?? []).map(({ type }) => type);
            if (conditionTypes.every((each) => types.includes(each))) {
              errors.push(
                invalid(
                  'status.conditions',
                  'Denied',
                  'Approved and Denied conditions are mutually exclusive',
                ),
              );
            }
          }),
      },
    },
  },
  {
    check: ({ spec }, errors) => {
      // A decoded object has it; one of a careless component may not.
      if (spec === undefined) return void errors.push(required('spec'));
      if ((spec.usages ?? []).length === 0) {
        errors.push(required('spec.usages', 'usages must be specified'));
      }
      needs(spec.signerName, 'spec.signerName', errors);
      if ((spec.signerName ?? '') !== '' && !/^[^/\s]+\/[^\s]+$/.test(spec.signerName)) {
        errors.push(
          invalid(
            'spec.signerName',
            spec.signerName,
            'must be a fully qualified domain and path of the form "example.com/signer-name"',
          ),
        );
      }
      const { expirationSeconds } = spec;
      if (expirationSeconds !== undefined && expirationSeconds < 600) {
        errors.push(
          invalid(
            'spec.expirationSeconds',
            expirationSeconds,
            'may not specify a duration less than 600 seconds (10 minutes)',
          ),
        );
      }
    },
  },
);

/** A request with its requester (upstream: the strategy's PrepareForCreate). What he says of himself is not heard. */
function requestedBy(
  object: CertificateSigningRequest,
  { username, uid, groups, extra }: Requester,
): CertificateSigningRequest {
  const { username: _, uid: __, groups: ___, extra: ____, ...spec } = object.spec;
  return {
    ...object,
    spec: {
      ...spec,
      ...(extra === undefined ? undefined : { extra }),
      groups,
      ...(uid === undefined ? undefined : { uid }),
      username,
    },
  };
}

const addressName: NameCheck = (name) =>
  hasFormat(name, 'ipv4') || hasFormat(name, 'ipv6')
    ? []
    : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];

const ipAddress = kept<IPAddress>(
  {
    group: NETWORKING,
    version: 'v1',
    kind: 'IPAddress',
    plural: 'ipaddresses',
    singular: 'ipaddress',
    shortNames: ['ip'],
    namespaced: false,
    table: ipAddressTable,
    selectableFields: { 'spec.parentRef.name': ({ spec }) => spec?.parentRef?.name ?? '' },
  },
  {
    nameCheck: addressName,
    isActedOn: true,
    check: ({ spec }, errors) => {
      // A decoded object has it; one of a careless component may not.
      if (spec === undefined) return void errors.push(required('spec'));
      if (spec.parentRef === undefined) errors.push(required('spec.parentRef'));
      else {
        needs(spec.parentRef.resource, 'spec.parentRef.resource', errors);
        needs(spec.parentRef.name, 'spec.parentRef.name', errors);
      }
    },
    checkUpdate: (next, old, errors) =>
      checkImmutable(next.spec?.parentRef, old.spec?.parentRef, 'spec.parentRef', errors),
  },
);

const serviceCidr = kept<ServiceCIDR>(
  {
    group: NETWORKING,
    version: 'v1',
    kind: 'ServiceCIDR',
    plural: 'servicecidrs',
    namespaced: false,
    table: serviceCidrTable,
    subresources: { status: statusOf('ServiceCIDR') },
    prepareForCreate: (object) => asNew(object, {}),
    prepareForUpdate: keepStatusRaiseGeneration,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  {
    check: ({ spec }, errors) => {
      const cidrs = spec?.cidrs ?? [];
      if (cidrs.length === 0) errors.push(required('spec.cidrs', 'at least one CIDR required'));
      if (cidrs.length > 2) {
        errors.push(invalid('spec.cidrs', cidrs, 'may only hold up to 2 values'));
      }
      for (const [index, cidr] of cidrs.entries()) {
        if (hasFormat(cidr, 'cidr')) continue;
        errors.push(
          invalid(
            `spec.cidrs[${index}]`,
            cidr,
            'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
          ),
        );
      }
    },
    checkUpdate: (next, old, errors) =>
      checkImmutable(next.spec?.cidrs, old.spec?.cidrs, 'spec.cidrs', errors),
  },
);

/** Kinds of certificates and addresses, which Kubarium keeps for those who read them. */
export const machineryKinds: readonly KindDeclaration[] = [
  podTemplate,
  certificateSigningRequest,
  ipAddress,
  serviceCidr,
];
