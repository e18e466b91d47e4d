const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A time after the pattern of `date` and `strftime`, in UTC. Milliseconds since 1970. */
export function formatDate(millis: number, pattern: string): string {
  const at = new Date(millis);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hour12 = at.getUTCHours() % 12 === 0 ? 12 : at.getUTCHours() % 12;
  const dayOfYear = Math.floor((millis - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  return pattern.replace(/%([-_0^]?)([a-zA-Z%])|%(\d?)N/g, (all, flag: string, letter: string) => {
    const padded = (value: number, width = 2, fill = '0'): string =>
      flag === '-' ? String(value) : String(value).padStart(width, flag === '_' ? ' ' : fill);
    switch (letter) {
      case 'Y':
        return String(at.getUTCFullYear());
      case 'y':
        return padded(at.getUTCFullYear() % 100);
      case 'm':
        return padded(at.getUTCMonth() + 1);
      case 'd':
        return padded(at.getUTCDate());
      case 'e':
        return padded(at.getUTCDate(), 2, ' ');
      case 'H':
        return padded(at.getUTCHours());
      case 'I':
        return padded(hour12);
      case 'M':
        return padded(at.getUTCMinutes());
      case 'S':
        return padded(at.getUTCSeconds());
      case 'p':
        return at.getUTCHours() < 12 ? 'AM' : 'PM';
      case 'F':
        return at.toISOString().slice(0, 10);
      case 'T':
        return at.toISOString().slice(11, 19);
      case 'R':
        return at.toISOString().slice(11, 16);
      case 'D':
        return `${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}/${two(at.getUTCFullYear() % 100)}`;
      case 'a':
        return (DAYS[at.getUTCDay()] ?? '').slice(0, 3);
      case 'A':
        return DAYS[at.getUTCDay()] ?? '';
      case 'b':
      case 'h':
        return (MONTHS[at.getUTCMonth()] ?? '').slice(0, 3);
      case 'B':
        return MONTHS[at.getUTCMonth()] ?? '';
      case 'j':
        return padded(dayOfYear, 3);
      case 'u':
        return String(at.getUTCDay() === 0 ? 7 : at.getUTCDay());
      case 'w':
        return String(at.getUTCDay());
      case 's':
        return String(Math.floor(millis / 1000));
      case 'N':
        return `${String(Math.floor(millis) % 1000).padStart(3, '0')}000000`;
      case 'Z':
        return 'UTC';
      case 'z':
        return '+0000';
      case 'c':
        return formatDate(millis, '%a %b %e %H:%M:%S %Y');
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '%':
        return '%';
      default:
        return letter === undefined ? String(Math.floor(millis) % 1000).padStart(3, '0') : all;
    }
  });
}

const UNIT_MILLIS: ReadonlyMap<string, number> = new Map([
  ['sec', 1000],
  ['second', 1000],
  ['min', 60_000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 604_800_000],
]);

/** What `date -d` is asked for: ISO times, `@seconds`, `2 hours ago`, `yesterday`. Undefined when it is none of these. */
export function readDate(text: string, now: number): number | undefined {
  const clean = text.trim();
  if (clean === '' || clean === 'now') return now;
  if (/^@-?\d+(?:\.\d+)?$/.test(clean)) return Number(clean.slice(1)) * 1000;
  if (clean === 'today') return now;
  if (clean === 'yesterday') return now - 86_400_000;
  if (clean === 'tomorrow') return now + 86_400_000;
  const relative = /^([-+]?\d+)\s*([a-z]+?)s?(\s+ago)?$/.exec(clean);
  if (relative !== null) {
    const unit = UNIT_MILLIS.get(relative[2] ?? '');
    if (unit !== undefined)
      return now + Number(relative[1]) * unit * (relative[3] === undefined ? 1 : -1);
  }
  const iso =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?\s*(Z|UTC|[-+]\d{2}:?\d{2})?$/.exec(
      clean,
    );
  if (iso === null) return undefined;
  const [, day = '', time = '00:00:00', zone = 'Z'] = iso;
  const offset = zone === 'UTC' ? 'Z' : zone.replace(/^([-+]\d{2})(\d{2})$/, '$1:$2');
  const parsed = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}${offset}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** A number with so many decimal places, filled up with zeros to a width. */
export function fixedNumber(value: number, places: number, width: number): string {
  const text = value.toFixed(places);
  return text.startsWith('-')
    ? `-${text.slice(1).padStart(width - 1, '0')}`
    : text.padStart(width, '0');
}
