import { isFields } from '../objects.ts';
import { compareKeys } from '../../../api/manifest/key-order.ts';

/** YAML in flow style with quoted texts, which cannot be misread (`-o kyaml`). */
export function kyamlText(value: unknown, isTyped = false): string {
  return `---\n${written(value, 0, isTyped)}\n`;
}

function written(value: unknown, level: number, isTyped: boolean): string {
  const pad = '  '.repeat(level);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((each) => isFields(each) && Object.keys(each).length > 0)) {
      return `[${value.map((each) => written(each, level, isTyped)).join(', ')}]`;
    }
    const inner = value.map((each) => `${pad}  ${written(each, level + 1, isTyped)},\n`).join('');
    return `[\n${inner}${pad}]`;
  }
  if (isFields(value)) {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    if (keys.length === 0) return '{}';
    // Typed objects keep the order of their declaration.
    const inner = (isTyped ? keys : keys.sort(compareKeys))
      .map((key) => `${pad}  ${keyText(key)}: ${written(value[key], level + 1, isTyped)},\n`)
      .join('');
    return `{\n${inner}${pad}}`;
  }
  if (typeof value === 'string') return textOf(value, level);
  return value === null ? 'null' : String(value);
}

/** Text with line breaks goes over several lines, each ended by an escaped break. */
function textOf(value: string, level: number): string {
  if (!value.includes('\n')) return JSON.stringify(value);
  const pad = '  '.repeat(level + 1);
  const lines = value.split('\n');
  const written = lines.map((line, index) => {
    const text = JSON.stringify(line).slice(1, -1);
    const lead = text.startsWith(' ') ? '\\' : ' ';
    if (index === lines.length - 1) return text === '' ? '' : `${pad}${lead}${text}\\\n`;
    return `${pad}${lead}${text}\\n\\\n`;
  });
  return `"\\\n${written.join('')}${pad}"`;
}

function keyText(key: string): string {
  const isPlain =
    /^[A-Za-z_][\w./-]*$/.test(key) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(key);
  return isPlain ? key : JSON.stringify(key);
}
