import type { JsonValue } from '../../../api/generated/types.ts';
import { findJsonPath } from '../../../api/jsonpath/evaluate.ts';
import { relaxedJsonPath } from '../../../api/jsonpath/jsonpath.ts';
import { parseJsonPath } from '../../../api/jsonpath/parse.ts';
import { goText } from '../../../api/jsonpath/values.ts';
import { fail } from '../failure.ts';
import { createListWriter } from './tab-writer.ts';
import type { ValuePrinter } from './values.ts';

/** `-o custom-columns=HEADER:path,…` and the file form: a line of headers, a line of paths. */
export function customColumnsPrinter(
  spec: string,
  { isFile, noHeaders }: { readonly isFile: boolean; readonly noHeaders: boolean },
): ValuePrinter {
  const columns = (isFile ? fileColumns(spec) : inlineColumns(spec)).map(({ header, path }) => {
    const relaxed = relaxedJsonPath(path);
    if (!relaxed.ok) return fail(relaxed.error);
    const parsed = parseJsonPath(relaxed.value);
    if (!parsed.ok) return fail(parsed.error);
    return { header, template: parsed.value };
  });
  const writer = createListWriter();
  // A list without items has headers too. Upstream passes `--no-headers` over where a file gives the columns.
  let first = true;
  const begin = (): void => {
    if (first && (isFile || !noHeaders)) {
      writer.write(`${columns.map(({ header }) => header).join('\t')}\n`);
    }
    first = false;
  };
  return {
    takesLists: false,
    print(object) {
      begin();
      const cells = columns.map(({ template }) => {
        const found = findJsonPath(template, object as JsonValue, { allowMissingKeys: true });
        if (!found.ok) return fail(found.error);
        const values = found.value.flat();
        if (values.length === 0) return '<none>';
        return values.map((each) => goText(each)).join(',');
      });
      writer.write(`${cells.join('\t')}\n`);
      return '';
    },
    end: () => {
      begin();
      return writer.flush();
    },
  };
}

interface Column {
  readonly header: string;
  readonly path: string;
}

function inlineColumns(spec: string): readonly Column[] {
  if (spec === '') fail('custom-columns format specified but no custom columns given');
  // A comma inside a filter parts no columns.
  return spec.split(/,(?![^[]*\])/).map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) {
      fail(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    }
    return { header: part.slice(0, colon), path: part.slice(colon + 1) };
  });
}

function fileColumns(text: string): readonly Column[] {
  const [headers = '', paths = ''] = text.split('\n');
  const names = headers.split(/\s+/).filter((each) => each !== '');
  const expressions = paths.split(/\s+/).filter((each) => each !== '');
  if (names.length !== expressions.length) {
    fail(
      `number of headers (${names.length}) and field specifications (${expressions.length}) don't match`,
    );
  }
  return names.map((header, index) => ({ header, path: expressions[index] ?? '' }));
}
