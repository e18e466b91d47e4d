import { parseManifest } from './parse.ts';
import type { ManifestProblem } from './problem.ts';
import { resolvePlain } from './scalars.ts';
import { type ResolvePlain, valueOfYaml } from './yaml-value.ts';

/** What stands where a key has nothing behind it. kustomize drops such a field where it would keep a written `null`. */
export const nothing = Symbol('nothing');

/** What an unquoted word means to YAML as kustomize reads it: `yes` and `on` are text, and a date becomes a time. */
export const resolveKyaml: ResolvePlain = (text) => {
  if (text === '') return { type: 'null', value: nothing };
  const plain = resolvePlain(text);
  if (plain.type === 'bool' && !/^(?:true|false)$/i.test(text))
    return { type: 'text', value: text };
  if (plain.type === 'timestamp') return { type: 'timestamp', value: timeText(text) };
  return plain;
};

function timeText(text: string): string {
  const [date = '', ...clock] = text.split(/[Tt ]/);
  const [year = '', month = '', day = ''] = date.split('-');
  const start = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T`;
  if (clock.length === 0) return `${start}00:00:00Z`;
  const time = clock.join(' ');
  return /(?:Z|[-+]\d\d:\d\d)$/.test(time) ? `${start}${time}` : `${start}${time}Z`;
}

/**
 * The documents of a text as kustomize's own reader (kyaml) has them, empty ones left out; the first error of the text
 * where it cannot be read.
 */
export function parseKyaml(text: string): {
  readonly documents: readonly unknown[];
  readonly problem: ManifestProblem | undefined;
} {
  const { documents, problems } = parseManifest(text);
  const broken = documents.some(({ value }) => value === undefined);
  if (broken || (documents.length === 0 && problems.length > 0)) {
    return { documents: [], problem: problems[0] };
  }
  return {
    documents: documents.map(({ source }) => valueOfYaml(source.root, resolveKyaml).value),
    problem: undefined,
  };
}
