import {
  maxLengthMessage,
  noMessages,
  patternMessage,
  utf8Length,
  wholePattern,
} from './messages.ts';

/**
 * Names that must fit into DNS. Every function answers with upstream's messages, none when the name is valid
 * (Kubernetes documentation: "Object Names and IDs").
 */

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const subdomainWithUnderscore =
  '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*';
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const wildcard = `\\*\\.${subdomain}`;

const labelPattern = wholePattern(label);
const subdomainPattern = wholePattern(subdomain);
const subdomainWithUnderscorePattern = wholePattern(subdomainWithUnderscore);
const label1035Pattern = wholePattern(label1035);
const wildcardPattern = wholePattern(wildcard);

export const dns1123LabelLengthMax = 63;
export const dns1123SubdomainLengthMax = 253;
export const dns1035LabelLengthMax = 63;

const labelMessage = patternMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  label,
  'my-name',
  '123-abc',
);
const subdomainMessage = patternMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  subdomain,
  'example.com',
);
const subdomainWithUnderscoreMessage = patternMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  subdomainWithUnderscore,
  'example.com',
);
const label1035Message = patternMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  label1035,
  'my-name',
  'abc-123',
);
const wildcardMessage = patternMessage(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  wildcard,
  '*.example.com',
);

/** Namespaces, container names, volume names: one label of a domain name. */
export function dns1123LabelErrors(name: string): readonly string[] {
  const isShort = utf8Length(name) <= dns1123LabelLengthMax;
  if (labelPattern.test(name)) {
    return isShort ? noMessages : [maxLengthMessage(dns1123LabelLengthMax, 'characters')];
  }
  // What is right but for dots is told so, since that is the usual mistake.
  const message = subdomainPattern.test(name) ? 'must not contain dots' : labelMessage;
  return isShort ? [message] : [maxLengthMessage(dns1123LabelLengthMax, 'characters'), message];
}

/** The names of most objects: one or more labels joined by dots. */
export function dns1123SubdomainErrors(name: string): readonly string[] {
  return check(name, dns1123SubdomainLengthMax, subdomainPattern, subdomainMessage);
}

/** As a subdomain, but each label may have underscores (host names that clusters accept for DNS search). */
export function dns1123SubdomainWithUnderscoreErrors(name: string): readonly string[] {
  return check(
    name,
    dns1123SubdomainLengthMax,
    subdomainWithUnderscorePattern,
    subdomainWithUnderscoreMessage,
  );
}

/** Service names: a label that starts with a letter. */
export function dns1035LabelErrors(name: string): readonly string[] {
  return check(name, dns1035LabelLengthMax, label1035Pattern, label1035Message);
}

/** Ingress hosts such as `*.example.com`. */
export function wildcardDns1123SubdomainErrors(name: string): readonly string[] {
  return check(name, dns1123SubdomainLengthMax, wildcardPattern, wildcardMessage);
}

function check(
  name: string,
  lengthMax: number,
  pattern: RegExp,
  message: string,
): readonly string[] {
  // What matches is ASCII, of which each letter is a byte.
  if (name.length <= lengthMax && pattern.test(name)) return noMessages;
  const isShort = utf8Length(name) <= lengthMax;
  if (pattern.test(name)) {
    return isShort ? noMessages : [maxLengthMessage(lengthMax, 'characters')];
  }
  return isShort ? [message] : [maxLengthMessage(lengthMax, 'characters'), message];
}
