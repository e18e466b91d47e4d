import { unescapeText } from './escapes.ts';

export interface Formatted {
  readonly text: string;
  readonly problems: readonly string[];
}

/** A value that a directive shows: a text, or a number where the language has them (awk). */
export type FormatValue = string | number;

interface FormatMode {
  /** awk: the format is used once, and texts become numbers without complaint. */
  readonly once: boolean;
}

const DIRECTIVE = /%(?:%|([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z]))/g;
const ROUNDS_MAX = 100_000;

/** `printf` of the shell: the format is used again until the values are used up. */
export function formatPrintf(
  format: string,
  values: readonly FormatValue[],
  { once = false }: Partial<FormatMode> = {},
): Formatted {
  const problems: string[] = [];
  const template = once ? format : unescape(format);
  let text = '';
  let at = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = at;
    let stops = false;
    text += template.replace(DIRECTIVE, (all, flags = '', width, precision, letter) => {
      if (all === '%%') return '%';
      if (stops) return '';
      const take = (): FormatValue | undefined => values[at++];
      const wide = width === '*' ? Number(take() ?? 0) : Number(width ?? 0);
      const exact = precision === '*' ? Number(take() ?? 0) : precision;
      const dot = /\.[^.]*$/.test(all) && all.includes('.');
      const places = exact === undefined ? (dot ? 0 : undefined) : Number(exact);
      const value = take();
      if (letter === 'b') {
        const { shown, stops: ends } = unescapeText(String(value ?? ''));
        stops = ends;
        return pad(shown, wide, flags);
      }
      const { shown, problem } = formatOne(letter, value, { flags, places, once });
      if (problem !== undefined) problems.push(problem);
      return pad(shown, wide < 0 ? -wide : wide, wide < 0 ? `${flags}-` : flags, letter);
    });
    if (once || stops || at >= values.length || at === before) break;
  }
  return { text, problems };
}

function unescape(format: string): string {
  return unescapeText(format).shown;
}

function pad(text: string, width: number, flags: string, letter = 's'): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || letter === 's' || letter === 'c') return text.padStart(width);
  const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

interface OneMode {
  readonly flags: string;
  readonly places: number | undefined;
  readonly once: boolean;
}

function formatOne(
  letter: string,
  value: FormatValue | undefined,
  { flags, places, once }: OneMode,
): { readonly shown: string; readonly problem?: string } {
  if (letter === 's') return { shown: String(value ?? '').slice(0, places) };
  if (letter === 'c') {
    if (typeof value === 'number')
      return { shown: String.fromCodePoint(Math.max(0, value) % 0x110000) };
    return { shown: String(value ?? '').slice(0, 1) };
  }
  if (letter === 'q') return { shown: quoted(String(value ?? '')) };
  const { number, problem } = numberOf(value, once);
  const sign =
    number >= 0 && !Object.is(number, -0)
      ? flags.includes('+')
        ? '+'
        : flags.includes(' ')
          ? ' '
          : ''
      : '';
  const extra = problem === undefined ? undefined : { problem };
  switch (letter) {
    case 'd':
    case 'i':
    case 'u': {
      const whole = wholeText(number);
      const digits = whole.replace('-', '').padStart(places ?? 0, '0');
      return { shown: sign + (whole.startsWith('-') ? '-' : '') + digits, ...extra };
    }
    case 'x':
    case 'X':
    case 'o': {
      const whole = BigInt.asUintN(64, BigInt(Math.trunc(Number.isFinite(number) ? number : 0)));
      const text = whole.toString(letter === 'o' ? 8 : 16).padStart(places ?? 0, '0');
      const mark = flags.includes('#') && whole !== 0n ? (letter === 'o' ? '0' : `0${letter}`) : '';
      return { shown: mark + (letter === 'X' ? text.toUpperCase() : text), ...extra };
    }
    case 'f':
    case 'F':
      return { shown: sign + fixed(number, places ?? 6), ...extra };
    case 'e':
    case 'E': {
      const text = exponent(number, places ?? 6);
      return { shown: sign + (letter === 'E' ? text.toUpperCase() : text), ...extra };
    }
    case 'g':
    case 'G': {
      const text = general(number, places ?? 6, flags.includes('#'));
      return { shown: sign + (letter === 'G' ? text.toUpperCase() : text), ...extra };
    }
    default:
      return { shown: `%${letter}`, problem: `\`${letter}': invalid format character` };
  }
}

function quoted(text: string): string {
  if (text === '') return "''";
  return text.replace(/[^\w@%+=:,./-]/g, '\\$&');
}

function numberOf(
  value: FormatValue | undefined,
  once: boolean,
): { readonly number: number; readonly problem?: string } {
  if (typeof value === 'number') return { number: value };
  const text = (value ?? '').trim();
  if (text === '') return { number: 0 };
  if (/^['"]/.test(text)) return { number: text.codePointAt(1) ?? 0 };
  const hex = /^[-+]?0[xX][0-9a-fA-F]+$/.test(text);
  if (hex && !once) return { number: Number(text) };
  const match = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(text);
  const number = match === null ? 0 : Number(match[0]);
  if (once || match?.[0].length === text.length) {
    const isOctal = !once && /^[-+]?0[0-7]+$/.test(text);
    return { number: isOctal ? parseInt(text, 8) : number };
  }
  return { number, problem: `${text}: invalid number` };
}

function wholeText(number: number): string {
  if (Number.isNaN(number)) return '-nan';
  if (!Number.isFinite(number)) return number > 0 ? '9223372036854775807' : '-9223372036854775808';
  const whole = Math.trunc(number);
  return Math.abs(whole) < 1e21 ? String(whole === 0 ? 0 : whole) : BigInt(whole).toString();
}

function fixed(number: number, places: number): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? 'nan' : number > 0 ? 'inf' : '-inf';
  return Math.abs(number) < 1e21
    ? roundHalfEven(number, Math.min(places, 100))
    : BigInt(number).toString() + (places > 0 ? `.${'0'.repeat(places)}` : '');
}

/** C rounds the exact binary value; a tie, which can only be exact, goes to the even digit. */
function roundHalfEven(number: number, places: number): string {
  const text = number.toFixed(places);
  if (places > 15) return text;
  const scale = 10 ** places;
  const scaled = Math.abs(number) * scale;
  const isTie =
    scaled < 2 ** 52 && scaled - Math.floor(scaled) === 0.5 && scaled / scale === Math.abs(number);
  if (!isTie || Math.floor(scaled) % 2 === 1) return text;
  const even = (Math.floor(scaled) / scale).toFixed(places);
  return number < 0 ? `-${even}` : even;
}

function exponent(number: number, places: number): string {
  if (!Number.isFinite(number)) return fixed(number, 0);
  return number.toExponential(Math.min(places, 100)).replace(/e([-+])(\d)$/, 'e$10$2');
}

/** `%g`: the shorter of the two notations with so many significant digits. */
export function general(number: number, digits: number, keepZeros = false): string {
  if (!Number.isFinite(number)) return fixed(number, 0);
  if (number === 0) return Object.is(number, -0) ? '-0' : '0';
  const precision = Math.max(1, Math.min(digits, 100));
  const power = Number(number.toExponential(precision - 1).split('e')[1]);
  const text =
    power < -4 || power >= precision
      ? exponent(number, precision - 1)
      : number.toFixed(Math.max(0, precision - 1 - power));
  if (keepZeros || !text.includes('.')) return text;
  return text.replace(/\.?0+(e|$)/, '$1');
}
