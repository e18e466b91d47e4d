import { type Result, refusal, success } from '../../base/result.ts';
import { fieldErrorMessage, invalid } from '../field-errors.ts';
import {
  type LabelOperator,
  type LabelRequirement,
  labelKeyMessage,
  labelRequirement,
  sortRequirements,
} from './label-requirement.ts';
import { type LabelToken, labelTokens } from './label-tokens.ts';

/**
 * Reads the text of a label selector, `app=web,env in (prod, test),!canary`, as `labelSelector=` of a list and
 * `kubectl -l` take it. The requirements come sorted by key; the error is upstream's message.
 */
export function parseLabelSelector(text: string): Result<readonly LabelRequirement[], string> {
  const known = parsedByText.get(text);
  if (known !== undefined) return known;
  const parsed = parse({ tokens: labelTokens(text), at: 0 });
  const result = parsed.ok ? success(sortRequirements(parsed.value)) : parsed;
  if (text.length > rememberedLengthMax) return result;
  if (parsedByText.size >= parsedCountMax) parsedByText.clear();
  parsedByText.set(text, result);
  return result;
}

// Watches ask with the same few selectors again and again.
const parsedByText = new Map<string, Result<readonly LabelRequirement[], string>>();
const parsedCountMax = 512;
const rememberedLengthMax = 1024;

const operatorByText: ReadonlyMap<string, LabelOperator> = new Map<string, LabelOperator>([
  ['in', 'in'],
  ['notin', 'notin'],
  ['=', '='],
  ['==', '=='],
  ['!=', '!='],
  ['>', 'gt'],
  ['<', 'lt'],
]);

/** A place in the tokens; never past the end, which is a token of its own. */
interface TokenReader {
  readonly tokens: readonly LabelToken[];
  at: number;
}

const endToken: LabelToken = { kind: 'end', text: '' };

function peek(reader: TokenReader): LabelToken {
  return reader.tokens[reader.at] ?? endToken;
}

function take(reader: TokenReader): LabelToken {
  const token = peek(reader);
  reader.at += 1;
  return token;
}

function startsRequirement(token: LabelToken): boolean {
  return token.kind === 'word' || token.text === '!';
}

function parse(reader: TokenReader): Result<readonly LabelRequirement[], string> {
  const requirements: LabelRequirement[] = [];
  if (peek(reader).kind === 'end') return success(requirements);
  if (!startsRequirement(peek(reader))) {
    return refusal(`found '${peek(reader).text}', expected: !, identifier, or 'end of string'`);
  }
  for (;;) {
    const requirement = parseRequirement(reader);
    if (!requirement.ok) {
      return refusal(`unable to parse requirement: ${requirement.error}`);
    }
    requirements.push(requirement.value);
    const next = take(reader);
    if (next.kind === 'end') return success(requirements);
    if (next.text !== ',') {
      return refusal(`found '${next.text}', expected: ',' or 'end of string'`);
    }
    if (!startsRequirement(peek(reader))) {
      return refusal(`found '${peek(reader).text}', expected: identifier after ','`);
    }
  }
}

function parseRequirement(reader: TokenReader): Result<LabelRequirement, string> {
  let first = take(reader);
  const isNegated = first.text === '!' && first.kind === 'symbol';
  if (isNegated) first = take(reader);
  if (first.kind !== 'word') return refusal(`found '${first.text}', expected: identifier`);
  const key = first.text;
  const keyMessage = labelKeyMessage(key);
  // The parser knows no path to the key, and Go prints a path that is not there as <nil>.
  if (keyMessage !== undefined)
    return refusal(fieldErrorMessage(invalid('<nil>', key, keyMessage)));

  const next = peek(reader);
  if (isNegated) return labelRequirement(key, '!', []);
  if (next.kind === 'end' || next.text === ',') return labelRequirement(key, 'exists', []);

  take(reader);
  const operator = operatorByText.get(next.text);
  if (operator === undefined) {
    return refusal(`found '${next.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }
  const values =
    operator === 'in' || operator === 'notin' ? parseValues(reader) : parseExactValue(reader);
  return values.ok ? labelRequirement(key, operator, [...values.value]) : values;
}

/** One value; nothing at all stands for the empty text. */
function parseExactValue(reader: TokenReader): Result<ReadonlySet<string>, string> {
  const next = peek(reader);
  if (next.kind === 'end' || next.text === ',') return success(new Set(['']));
  take(reader);
  if (next.kind === 'word') return success(new Set([next.text]));
  return refusal(`found '${next.text}', expected: identifier`);
}

/** `(a, b)`; a missing value between, before or behind commas stands for the empty text. */
function parseValues(reader: TokenReader): Result<ReadonlySet<string>, string> {
  const open = take(reader);
  if (open.text !== '(') return refusal(`found '${open.text}' expected: '('`);
  const next = peek(reader);
  if (next.text === ')') {
    take(reader);
    return success(new Set(['']));
  }
  if (next.kind !== 'word' && next.text !== ',') {
    return refusal(`found '${next.text}', expected: ',', ')' or identifier`);
  }
  return parseValueList(reader);
}

function parseValueList(reader: TokenReader): Result<ReadonlySet<string>, string> {
  const values = new Set<string>();
  for (;;) {
    const token = take(reader);
    if (token.kind === 'word') {
      values.add(token.text);
      const next = peek(reader);
      if (next.text === ')') break;
      if (next.text !== ',') return refusal(`found '${next.text}', expected: ',' or ')'`);
    } else if (token.text === ',') {
      if (values.size === 0) values.add('');
      const next = peek(reader);
      if (next.text === ')' || next.text === ',') values.add('');
      if (next.text === ')') break;
    } else {
      return refusal(`found '${token.text}', expected: ',', or identifier`);
    }
  }
  take(reader); // The closing parenthesis.
  return success(values);
}
