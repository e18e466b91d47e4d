import { dns1035LabelErrors, dns1123LabelErrors, dns1123SubdomainErrors } from '../../names/dns.ts';
import { labelValueErrors, qualifiedNameErrors } from '../../names/qualified-name.ts';
import { hasFormat } from '../../kinds/custom/formats.ts';
import { Special } from '../values.ts';
import { isSpecial, optional, special, text, type CelFunction, type Library } from './arguments.ts';
import { parseUrl } from '../url.ts';

/** A prefix may end in dashes, for something follows. */
function prefixErrors(
  errors: (name: string) => readonly string[],
): (name: string) => readonly string[] {
  return (name) => errors(name.length > 1 && name.endsWith('-') ? `${name.slice(0, -1)}a` : name);
}

function plain(format: string, message: string): (value: string) => readonly string[] {
  return (value) => (hasFormat(value, format) ? [] : [message]);
}

/** The named formats of Kubernetes' format library, and what is wrong with a text that does not have one. */
const formats: Readonly<Record<string, (value: string) => readonly string[]>> = {
  dns1123Label: dns1123LabelErrors,
  dns1123Subdomain: dns1123SubdomainErrors,
  dns1035Label: dns1035LabelErrors,
  qualifiedName: qualifiedNameErrors,
  dns1123LabelPrefix: prefixErrors(dns1123LabelErrors),
  dns1123SubdomainPrefix: prefixErrors(dns1123SubdomainErrors),
  dns1035LabelPrefix: prefixErrors(dns1035LabelErrors),
  labelValue: labelValueErrors,
  uri: (value) => {
    const parsed = parseUrl(value);
    return typeof parsed === 'string' ? [parsed] : [];
  },
  uuid: plain('uuid', 'does not match the UUID format'),
  byte: plain('byte', 'invalid base64'),
  date: plain('date', 'invalid date'),
  datetime: plain('date-time', 'invalid datetime'),
};

const named = (name: string): Special => new Special({ type: 'format', name });

/** `format.dns1123Label()`, `format.named("dns1123Label")`. */
export const formatFunctions: Readonly<Record<string, CelFunction>> = {
  'format.named': (args) => {
    const name = text('format.named', args, 0);
    return optional(Object.hasOwn(formats, name) ? named(name) : undefined);
  },
  ...Object.fromEntries(Object.keys(formats).map((name) => [`format.${name}`, () => named(name)])),
};

export const formatLibrary: Library = {
  accepts: isSpecial('format'),
  methods: {
    validate: (args) => {
      const { name } = special('format', 'validate', args);
      const errors = formats[name]?.(text('validate', args, 1)) ?? [];
      return optional(errors.length === 0 ? undefined : errors);
    },
  },
};
