/**
 * What an unquoted word of YAML means to Kubernetes. Its tools read YAML 1.1 as Go's parser does, which differs
 * from today's YAML 1.2: `yes` and `on` are true, `010` is eight, but `1:30` and dates are text.
 */
export interface PlainScalar {
  readonly type: 'null' | 'bool' | 'int' | 'float' | 'timestamp' | 'merge' | 'text';
  /** The value as JSON has it; dates stay text, and `.inf` and `.nan` are numbers that JSON cannot hold. */
  readonly value: null | boolean | number | string;
}

const words: ReadonlyMap<string, PlainScalar> = new Map([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => entry(word, 'null', null)),
  ...['y', 'Y', 'yes', 'Yes', 'YES'].map((word) => entry(word, 'bool', true)),
  ...['true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => entry(word, 'bool', true)),
  ...['n', 'N', 'no', 'No', 'NO'].map((word) => entry(word, 'bool', false)),
  ...['false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => entry(word, 'bool', false)),
  ...['.nan', '.NaN', '.NAN'].map((word) => entry(word, 'float', Number.NaN)),
  ...['.inf', '.Inf', '.INF'].map((word) => entry(word, 'float', Number.POSITIVE_INFINITY)),
  ...['+.inf', '+.Inf', '+.INF'].map((word) => entry(word, 'float', Number.POSITIVE_INFINITY)),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => entry(word, 'float', Number.NEGATIVE_INFINITY)),
  entry('<<', 'merge', '<<'),
]);

function entry(
  word: string,
  type: PlainScalar['type'],
  value: PlainScalar['value'],
): readonly [string, PlainScalar] {
  return [word, { type, value }];
}

const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const hexadecimal = /^[-+]?0[xX][0-9a-fA-F]+$/;
const octal = /^[-+]?0[oO]?[0-7]+$/;
const binary = /^[-+]?0[bB][01]+$/;
const wholeNumber = /^[-+]?(?:0|[1-9][0-9]*)$/;
const dateOrTime =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?)?$/;

/** The meaning of an unquoted word. */
export function resolvePlain(text: string): PlainScalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const isDigit = first >= 0x30 && first <= 0x39;
  if (!isDigit && first !== 0x2b && first !== 0x2d && first !== 0x2e) {
    return { type: 'text', value: text };
  }
  return resolveNumber(text, isDigit) ?? { type: 'text', value: text };
}

function resolveNumber(text: string, startsWithDigit: boolean): PlainScalar | undefined {
  if (startsWithDigit && isTimestamp(text)) return { type: 'timestamp', value: text };
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  if (wholeNumber.test(plain)) return { type: 'int', value: Number(plain) };
  if (octal.test(plain)) return signed('int', plain, 8);
  if (hexadecimal.test(plain)) return signed('int', plain, 16);
  if (binary.test(plain)) return signed('int', plain, 2);
  if (decimal.test(plain)) return { type: 'float', value: Number(plain) };
  return undefined;
}

function signed(type: 'int', text: string, base: 2 | 8 | 16): PlainScalar {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]?0[xXoObB]?/, '');
  const value = Number.parseInt(digits === '' ? '0' : digits, base);
  return { type, value: negative ? -value : value };
}

function isTimestamp(text: string): boolean {
  const parts = dateOrTime.exec(text);
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0, ...clock] = parts.slice(1).map(Number);
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth) return false;
  const [hour, minute, second] = clock.filter((each) => !Number.isNaN(each));
  return (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60;
}
