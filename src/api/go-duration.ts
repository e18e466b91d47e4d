import { type Result, refusal, success } from '../base/result.ts';
import { goQuote } from './go-text.ts';

const unitNanoseconds: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

/**
 * A duration as Go writes it (`1h30m`, `500ms`, `-1.5s`, `0`), in milliseconds. The errors are those of Go's
 * time.ParseDuration, which kubectl and the API server pass on.
 */
export function parseGoDuration(text: string): Result<number, string> {
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return success(0);
  if (rest === '') return refusal(`time: invalid duration ${goQuote(text)}`);
  let nanoseconds = 0;
  while (rest !== '') {
    const number = /^[0-9]*(\.[0-9]*)?/.exec(rest)?.[0] ?? '';
    if (number === '' || number === '.') return refusal(`time: invalid duration ${goQuote(text)}`);
    rest = rest.slice(number.length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return refusal(`time: missing unit in duration ${goQuote(text)}`);
    const size = unitNanoseconds.get(unit);
    if (size === undefined) {
      return refusal(`time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    }
    rest = rest.slice(unit.length);
    nanoseconds += Number(number) * size;
  }
  if (nanoseconds >= 2 ** 63) return refusal(`time: invalid duration ${goQuote(text)}`);
  return success((negative ? -nanoseconds : nanoseconds) / 1e6);
}
