import { type FieldErrors, invalid, noErrors, required } from '../field-errors.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from './dns.ts';
import { patternMessage, wholePattern } from './messages.ts';
import { qualifiedNameErrors } from './qualified-name.ts';

/** Names that carry a whole domain: signers, topology paths, webhook names. They answer with errors of a field. */

const path = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const pathPattern = wholePattern(path);

/** A domain name of at least three segments, as webhooks are called. */
export function fullyQualifiedNameErrors(field: string, name: string): FieldErrors {
  if (name === '') return [required(field)];
  const messages = dns1123SubdomainErrors(name);
  if (messages.length > 0) return [invalid(field, name, messages.join(','))];
  if (name.split('.').length >= 3) return noErrors;
  return [
    invalid(field, name, 'should be a domain with at least three segments separated by dots'),
  ];
}

/** A domain name of at least two segments; a dot may end it. */
export function fullyQualifiedDomainNameErrors(field: string, text: string): FieldErrors {
  if (text === '') return [required(field)];
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  const messages = dns1123SubdomainErrors(name);
  if (messages.length > 0) return [invalid(field, name, messages.join(','))];
  const labels = name.split('.');
  if (labels.length < 2) {
    return [
      invalid(field, name, 'should be a domain with at least two segments separated by dots'),
    ];
  }
  const errors = labels.flatMap((label) =>
    dns1123LabelErrors(label).map((each) => invalid(field, label, each)),
  );
  return errors.length === 0 ? noErrors : errors;
}

/** `acme.io/some/path`. */
export function domainPrefixedPathErrors(field: string, text: string): FieldErrors {
  if (text === '') return [required(field)];
  const slashAt = text.indexOf('/');
  const host = text.slice(0, slashAt);
  const rest = text.slice(slashAt + 1);
  if (slashAt <= 0 || rest === '') {
    return [invalid(field, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = dns1123SubdomainErrors(host).map((each) => invalid(field, host, each));
  if (!pathPattern.test(rest)) {
    errors.push(invalid(field, rest, patternMessage('Invalid path', path)));
  }
  return errors.length === 0 ? noErrors : errors;
}

/** `acme.io/some-key`: a qualified name whose prefix must be there. */
export function domainPrefixedKeyErrors(field: string, key: string): FieldErrors {
  if (key === '') return [required(field)];
  const errors = qualifiedNameErrors(key).map((each) => invalid(field, key, each));
  if (errors.length > 0) return errors;
  if (key.includes('/')) return noErrors;
  return [invalid(field, key, 'must be a domain-prefixed key (such as "acme.io/foo")')];
}
