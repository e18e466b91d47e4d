import { decodeBase64, encodeBase64 } from '../base64.ts';
import { JqError } from './syntax.ts';
import { described, toJqText, toJson } from './value.ts';

const HTML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&quot;',
};

/** `@csv`, `@base64` and their like. */
export function applyFormat(name: string, value: unknown): string {
  const text = toJqText(value);
  switch (name) {
    case '@text':
      return text;
    case '@json':
      return toJson(value);
    case '@base64':
      return encodeBase64(text);
    case '@base64d': {
      const decoded = decodeBase64(text);
      if (decoded === undefined) throw new JqError(`${described(value)} is not valid base64 data`);
      return decoded;
    }
    case '@uri':
      return encodeURIComponent(text).replace(
        /[!'()*]/g,
        (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
      );
    case '@html':
      return text.replace(/[<>&'"]/g, (char) => HTML[char] ?? char);
    case '@sh':
      return (Array.isArray(value) ? value : [value])
        .map((each) =>
          typeof each === 'string' ? `'${each.replaceAll("'", "'\\''")}'` : toJson(each),
        )
        .join(' ');
    case '@csv':
      return row(value, ',', (each) => `"${each.replaceAll('"', '""')}"`);
    case '@tsv':
      return row(value, '\t', (each) =>
        each
          .replaceAll('\\', '\\\\')
          .replaceAll('\t', '\\t')
          .replaceAll('\n', '\\n')
          .replaceAll('\r', '\\r'),
      );
    default:
      throw new JqError(`${name.slice(1)} is not a valid format`);
  }
}

function row(value: unknown, separator: string, quote: (text: string) => string): string {
  if (!Array.isArray(value))
    throw new JqError(
      `${described(value)} cannot be ${separator === ',' ? 'csv' : 'tsv'}-formatted, only an array can be`,
    );
  return value
    .map((each: unknown) => {
      if (typeof each === 'string') return quote(each);
      if (each === null) return '';
      if (typeof each === 'object')
        throw new JqError(`${described(each)} is not valid in a csv row`);
      return String(each);
    })
    .join(separator);
}
