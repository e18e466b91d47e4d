import { dns1123SubdomainErrors } from './dns.ts';
import {
  emptyMessage,
  maxLengthMessage,
  noMessages,
  patternMessage,
  utf8Length,
  wholePattern,
} from './messages.ts';

/**
 * Keys of labels, annotations, taints, resources and finalizers, and values of labels
 * (Kubernetes documentation: "Labels and Selectors", syntax and character set).
 */

const name = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${name})?`;
const namePattern = wholePattern(name);
const labelValuePattern = wholePattern(labelValue);
const namePartLengthMax = 63;
export const labelValueLengthMax = 63;

const nameSentence =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const nameExamples = ['MyName', 'my.name', '123-abc'];
const namePartMessage = `name part ${patternMessage(nameSentence, name, ...nameExamples)}`;
const slashesMessage = `${patternMessage(`a valid label key ${nameSentence}`, name, ...nameExamples)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
const labelValueMessage = patternMessage(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  labelValue,
  'MyValue',
  'my_value',
  '12345',
);

// Every write checks the same few keys and values again, so those found valid are remembered. Bounded, because
// a client may send as many as it likes.
const validQualifiedNames = new Set<string>();
const validLabelValues = new Set<string>();
const validCountMax = 4096;

/** The messages on a key such as `app` or `example.com/name`; none when it is valid. */
export function qualifiedNameErrors(text: string): readonly string[] {
  if (validQualifiedNames.has(text)) return noMessages;
  const messages = checkQualifiedName(text);
  if (messages.length === 0) remember(validQualifiedNames, text);
  return messages;
}

/** The messages on a label's value; none when it is valid. */
export function labelValueErrors(text: string): readonly string[] {
  if (validLabelValues.has(text)) return noMessages;
  const messages: string[] = [];
  if (utf8Length(text) > labelValueLengthMax) {
    messages.push(maxLengthMessage(labelValueLengthMax, 'bytes'));
  }
  if (!labelValuePattern.test(text)) messages.push(labelValueMessage);
  if (messages.length > 0) return messages;
  remember(validLabelValues, text);
  return noMessages;
}

function checkQualifiedName(text: string): readonly string[] {
  const parts = text.split('/');
  if (parts.length > 2) return [slashesMessage];
  const [prefix, namePart] = parts.length === 2 ? parts : [undefined, parts[0]];
  const messages: string[] = [];
  if (prefix === '') messages.push(`prefix part ${emptyMessage}`);
  else if (prefix !== undefined) messages.push(...prefixErrors(prefix));
  if (namePart === undefined || namePart === '') messages.push(`name part ${emptyMessage}`);
  else if (utf8Length(namePart) > namePartLengthMax) {
    messages.push(`name part ${maxLengthMessage(namePartLengthMax, 'bytes')}`);
  }
  if (!namePattern.test(namePart ?? '')) messages.push(namePartMessage);
  return messages.length === 0 ? noMessages : messages;
}

function prefixErrors(prefix: string): string[] {
  // The length of a prefix is counted in bytes, unlike that of the same subdomain elsewhere.
  return dns1123SubdomainErrors(prefix).map((each) =>
    each.startsWith('must be no more than')
      ? `prefix part ${each.replace('characters', 'bytes')}`
      : `prefix part ${each}`,
  );
}

function remember(valid: Set<string>, text: string): void {
  if (valid.size >= validCountMax) valid.clear();
  valid.add(text);
}
