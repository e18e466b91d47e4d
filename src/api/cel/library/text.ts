import { formatIpAddress } from '../../names/ip-address.ts';
import { formatQuantity } from '../../quantity/format.ts';
import { formatTime } from '../../time.ts';
import { goDuration } from '../durations.ts';
import { numberOf, Special } from '../values.ts';
import { fail, noOverload } from './arguments.ts';

/** `string(x)`. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  const number = numberOf(value);
  if (number !== undefined) return doubleText(number);
  if (!(value instanceof Special)) return noOverload('string', [value]);
  const held = value.value;
  switch (held.type) {
    case 'bytes':
      if (!isText(held.text)) {
        return fail('invalid UTF-8 in bytes, cannot convert to string');
      }
      return held.text;
    case 'timestamp': {
      const millis = held.millis % 1000;
      const fraction = millis === 0 ? '' : `.${String((millis + 1000) % 1000).padStart(3, '0')}`;
      return `${formatTime(held.millis).slice(0, 19)}${fraction.replace(/0+$/, '')}Z`;
    }
    case 'duration':
      return goDuration(held.millis);
    case 'quantity':
      return formatQuantity(held.quantity);
    case 'ip':
      return formatIpAddress(held.address);
    case 'cidr':
      return `${formatIpAddress(held.block.address)}/${held.block.prefixLength}`;
    case 'url':
      return held.url.text;
    case 'semver':
      return held.version.text;
    default:
      return noOverload('string', [value]);
  }
}

/** Whether bytes are letters all: no escaped ones among them. */
function isText(text: string): boolean {
  return [...text].every((each) => each.length > 1 || each < '\udc80' || each > '\udcff');
}

function doubleText(number: number): string {
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number > 0 ? '+Inf' : '-Inf';
  return String(number);
}
