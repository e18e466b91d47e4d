import { manifestLimits } from './problem.ts';
import type { YamlFault } from './yaml-stream.ts';

/** The sentence that a person reads for a fault; the library's own words where ours add nothing. */
export function faultMessage(fault: YamlFault): string {
  const own = messages[fault.code];
  return own === undefined ? sentence(fault.message) : own(fault.message);
}

const messages: Readonly<Record<string, ((text: string) => string) | undefined>> = {
  TAB_AS_INDENT: () => 'A tab is used for indentation. YAML allows only spaces there.',
  BAD_INDENT: () =>
    'This line is not indented like its neighbours, so it is unclear what it belongs to.',
  OPEN_BRACKET: (closer) =>
    `This ${closer === ']' ? 'list' : 'map'} is opened here and never closed: a ${closer} is missing.`,
  DUPLICATE_KEY: (key) => `The key ${JSON.stringify(key)} is given twice in the same map.`,
  PROTO_KEY: (key) =>
    `The key ${JSON.stringify(key)} is not accepted: it has a special meaning in the browser.`,
  NULL_KEY: () => 'A key is empty. Every key must be text.',
  COMPLEX_KEY: () => 'A map or list is used as a key. Every key must be text.',
  BAD_MERGE: () =>
    'The merge key << must be followed by a map, an alias of a map, or a list of these.',
  BAD_ALIAS: (name) => `The alias *${name} has no anchor &${name} before it in this document.`,
  CYCLE: (name) => `The alias *${name} stands inside the very value that it names.`,
  ALIAS_BOMB: () =>
    `The aliases of this document unfold to more than ${manifestLimits.aliasedValues} values. It is not read any further.`,
  TOO_DEEP: () => `Maps and lists are nested more than ${manifestLimits.depth} levels deep.`,
  TOO_INTRICATE: () => 'The text is too intricate to be read at once. Apply it in several parts.',
  UNKNOWN_TAG: (tag) =>
    `The tag ${JSON.stringify(tag)} is not understood. Kubernetes uses plain YAML without tags.`,
  BAD_TAG: (tag) => `The value does not fit its tag ${JSON.stringify(tag)}.`,
  NOT_FINITE: (text) => `${text} is a number that JSON, and so Kubernetes, has no word for.`,
  UNEXPECTED_TOKEN: (text) => sentence(text),
};

/** A message that starts with a capital and ends like a sentence. */
function sentence(text: string): string {
  const trimmed = text.trim();
  const head = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(head) ? head : `${head}.`;
}
