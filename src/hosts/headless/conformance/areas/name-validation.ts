import { type FieldErrors, fieldErrorMessage } from '../../../../api/field-errors.ts';
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  dns1123SubdomainWithUnderscoreErrors,
  wildcardDns1123SubdomainErrors,
} from '../../../../api/names/dns.ts';
import {
  domainPrefixedKeyErrors,
  domainPrefixedPathErrors,
  fullyQualifiedDomainNameErrors,
  fullyQualifiedNameErrors,
} from '../../../../api/names/domain-names.ts';
import { cidrErrors, interfaceAddressErrors, ipErrors } from '../../../../api/names/ip-errors.ts';
import { labelValueErrors, qualifiedNameErrors } from '../../../../api/names/qualified-name.ts';
import {
  configMapKeyErrors,
  envVarNameErrors,
  groupIdErrors,
  httpHeaderNameErrors,
  percentErrors,
  portNameErrors,
  portNumberErrors,
  relaxedEnvVarNameErrors,
  userIdErrors,
} from '../../../../api/names/words.ts';
import { type ConformanceArea, expectEqual, skipped } from '../area.ts';

/** The vectors call the field that the messages start with just "field". */
const ofField =
  (validate: (field: string, text: string) => FieldErrors) =>
  (text: string): readonly string[] =>
    validate('field', text).map(fieldErrorMessage);

const ofNumber =
  (validate: (value: number) => readonly string[]) =>
  (input: string): readonly string[] =>
    validate(Number(input));

const validators = new Map<string, (input: string) => readonly string[]>([
  ['IsDNS1123Label', dns1123LabelErrors],
  ['IsDNS1123Subdomain', dns1123SubdomainErrors],
  ['IsDNS1123SubdomainWithUnderscore', dns1123SubdomainWithUnderscoreErrors],
  ['IsDNS1035Label', dns1035LabelErrors],
  ['IsWildcardDNS1123Subdomain', wildcardDns1123SubdomainErrors],
  ['IsQualifiedName', qualifiedNameErrors],
  ['IsValidLabelValue', labelValueErrors],
  ['IsValidPortName', portNameErrors],
  ['IsValidPortNum', ofNumber(portNumberErrors)],
  ['IsValidUserID', ofNumber(userIdErrors)],
  ['IsValidGroupID', ofNumber(groupIdErrors)],
  ['IsEnvVarName', envVarNameErrors],
  ['IsRelaxedEnvVarName', relaxedEnvVarNameErrors],
  ['IsConfigMapKey', configMapKeyErrors],
  ['IsHTTPHeaderName', httpHeaderNameErrors],
  ['IsValidPercent', percentErrors],
  ['IsFullyQualifiedName', ofField(fullyQualifiedNameErrors)],
  ['IsFullyQualifiedDomainName', ofField(fullyQualifiedDomainNameErrors)],
  ['IsDomainPrefixedPath', ofField(domainPrefixedPathErrors)],
  ['IsDomainPrefixedKey', ofField(domainPrefixedKeyErrors)],
  ['IsValidIP', ofField(ipErrors)],
  ['IsValidCIDR', ofField(cidrErrors)],
  ['IsValidInterfaceAddress', ofField(interfaceAddressErrors)],
]);

export const nameValidation: ConformanceArea = {
  name: 'name-validation',
  run: ({ fn, input, errors }) => {
    const validate = validators.get(String(fn));
    if (validate === undefined) return skipped(`no counterpart for ${String(fn)}`);
    return expectEqual(errors, validate(String(input)));
  },
};
