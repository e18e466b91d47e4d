import { stringifyYaml } from '../../../api/manifest/stringify.ts';
import type { JsonValue } from '../../../api/generated/types.ts';
import { renderJsonPath, renderJsonPathAsJson } from '../../../api/jsonpath/jsonpath.ts';
import { parseJsonPath } from '../../../api/jsonpath/parse.ts';
import { goJson } from '../../../api/go-text.ts';
import { goText } from '../../../api/jsonpath/values.ts';
import { fail } from '../failure.ts';
import { groupOf, isFields, withField, type Fields } from '../objects.ts';
import type { Session } from '../session.ts';
import { customColumnsPrinter } from './custom-columns.ts';
import { kyamlText } from './kyaml.ts';
import { executeTemplate, parseTemplate } from './template.ts';

/** Prints objects in one of the forms of `-o`, one after the other. */
export interface ValuePrinter {
  /** The text for the next object. */
  print(object: unknown): string;
  /** What remains to be printed after the last one. */
  end(): string;
  /** Whether a list is printed as one object rather than item by item. */
  readonly takesLists: boolean;
}

const formats =
  'custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml';

/** The forms of commands that print no tables. */
const valueFormats = formats.replace(/^.*(?=go-template,)/, '').replace('wide,', '');

/** Commands that print tables. */
const tableCommands: ReadonlySet<string> = new Set(['get', 'api-resources', 'events']);

/**
 * The printer for `-o`; undefined for the table forms (none and `wide`). `typed` objects have their fields in the order of
 * their declaration, which JSON keeps; others are printed with sorted keys.
 */
export function valuePrinterOf(
  session: Session,
  { typed = false, allowed = formats, operation = '' } = {},
): ValuePrinter | undefined {
  const { flags } = session;
  let output = flags.text('output');
  const isTable = tableCommands.has(session.command);
  if (!isTable && /^(?:wide|custom-columns)/.test(output)) refuseFormat(output, valueFormats);
  const template = flags.text('template');
  if (output === '' && template !== '') output = 'go-template';
  if (output === '' || output === 'wide') return undefined;
  const equals = output.indexOf('=');
  const name = equals < 0 ? output : output.slice(0, equals);
  let argument = equals < 0 ? template : output.slice(equals + 1);
  const showsManaged = flags.bool('show-managed-fields');
  const shown = (object: unknown): unknown => (showsManaged ? object : withoutManaged(object));

  switch (name) {
    case 'json':
      return simple((object) => `${jsonText(shown(object), typed)}\n`);
    case 'yaml': {
      let count = 0;
      return simple((object) => `${count++ > 0 ? '---\n' : ''}${stringifyYaml(shown(object))}`);
    }
    case 'kyaml':
      return simple((object) => kyamlText(shown(object), typed));
    case 'name':
      return {
        print: (object) => `${shownName(object)}${operation === '' ? '' : ` ${operation}`}\n`,
        end: () => '',
        takesLists: false,
      };
    case 'jsonpath':
    case 'jsonpath-as-json':
    case 'jsonpath-file': {
      if (name === 'jsonpath-file') argument = fileText(session, argument, name);
      if (argument === '') fail('template format specified but no template given');
      return jsonPathPrinter(
        argument,
        name === 'jsonpath-as-json',
        flags.bool('allow-missing-template-keys'),
      );
    }
    case 'go-template':
    case 'template':
    case 'go-template-file':
    case 'templatefile': {
      if (name.endsWith('file')) argument = fileText(session, argument, name);
      if (argument === '') fail('template format specified but no template given');
      return templatePrinter(session, argument, flags.bool('allow-missing-template-keys'));
    }
    case 'custom-columns':
    case 'custom-columns-file':
      if (name.endsWith('file')) argument = fileText(session, argument, name);
      return customColumnsPrinter(argument, {
        isFile: name.endsWith('file'),
        noHeaders: flags.bool('no-headers'),
      });
    default:
      return refuseFormat(output, isTable ? allowed : valueFormats);
  }
}

function refuseFormat(output: string, allowed: string): never {
  return fail(
    `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: ${allowed}`,
  );
}

function simple(print: (object: unknown) => string): ValuePrinter {
  return { print, end: () => '', takesLists: true };
}

function fileText({ io }: Session, path: string, format: string): string {
  const text = io.files.read(io.files.resolve(path));
  if (text === undefined) {
    const what = format.startsWith('custom') ? 'template' : '--template';
    fail(`error reading ${what} ${path}, open ${path}: no such file or directory`);
  }
  return text;
}

function jsonPathPrinter(
  template: string,
  asJson: boolean,
  allowMissingKeys: boolean,
): ValuePrinter {
  const parsed = parseJsonPath(template);
  if (!parsed.ok) return fail(`error parsing jsonpath ${template}, ${parsed.error}`);
  const render = asJson ? renderJsonPathAsJson : renderJsonPath;
  return simple((object) => {
    // Objects are JSON.
    const rendered = render(parsed.value, object as JsonValue, { allowMissingKeys });
    if (rendered.ok) return rendered.value;
    return fail(
      `error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${rendered.error}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n\n`,
    );
  });
}

function templatePrinter(session: Session, text: string, allowMissing: boolean): ValuePrinter {
  const parsed = parseTemplate(text);
  if (typeof parsed === 'string') return fail(`error parsing template ${text}, ${parsed}`);
  return simple((object) => {
    const result = executeTemplate(parsed, object, allowMissing);
    if (result.error === undefined) return result.text;
    const error = `template: ${result.error}`;
    session.out(
      `${result.text}Error executing template: ${error}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${text}\n\traw data was:\n\t\t${goJson(object as JsonValue, true)}\n\tobject given to template engine was:\n\t\t${goText(object as JsonValue)}\n\n`,
    );
    return fail(`error executing template ${JSON.stringify(text)}: ${error}`);
  });
}

/** A value as Go's `%#v` prints decoded JSON. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isFields(value)) {
    const parts = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`);
    return `map[string]interface {}{${parts.join(', ')}}`;
  }
  if (value === null || value === undefined) return 'interface {}(nil)';
  return JSON.stringify(value);
}

/** Objects as kubectl shows them: without managed fields, also those in a List. */
export function withoutManaged(object: unknown): unknown {
  if (!isFields(object)) return object;
  if (Array.isArray(object['items'])) {
    return { ...object, items: (object['items'] as readonly unknown[]).map(withoutManaged) };
  }
  if (!isFields(object['metadata']) || object['metadata']['managedFields'] === undefined) {
    return object;
  }
  return withField(object, ['metadata', 'managedFields'], undefined);
}

/** JSON as Go writes it: keys sorted unless they are to keep their order, `<`, `>` and `&` escaped. */
export function jsonText(value: unknown, keepsOrder = false, indent = 4): string {
  return written(value, '\n', { keepsOrder, step: ' '.repeat(indent) }).replace(
    /[<>&\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Written by hand, since an object of JavaScript moves keys like `10` to the front. */
function written(
  value: unknown,
  lineBreak: string,
  style: { readonly keepsOrder: boolean; readonly step: string },
): string {
  const inner = `${lineBreak}${style.step}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${inner}${value.map((each) => written(each ?? null, inner, style)).join(`,${inner}`)}${lineBreak}]`;
  }
  if (!isFields(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  if (keys.length === 0) return '{}';
  if (!style.keepsOrder) keys.sort();
  const parts = keys.map((key) => `${JSON.stringify(key)}: ${written(value[key], inner, style)}`);
  return `{${inner}${parts.join(`,${inner}`)}${lineBreak}}`;
}

/** `deployment.apps/web`. */
export function shownName(object: unknown): string {
  const fields: Fields = isFields(object) ? object : {};
  const kind = String(fields['kind'] ?? '').toLowerCase();
  const group = groupOf(String(fields['apiVersion'] ?? ''));
  const metadata = isFields(fields['metadata']) ? fields['metadata'] : {};
  return `${kind}${group === '' ? '' : `.${group}`}/${String(metadata['name'] ?? '') || '<unknown>'}`;
}
