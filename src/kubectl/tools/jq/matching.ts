import {
  allMatches,
  compileRegex,
  RegexError,
  type Regex,
  type RegexMatch,
} from '../../../base/regex/regex.ts';
import { plain, type FunctionHelp, type Item } from './evaluate-types.ts';
import { JqError, type Filter } from './syntax.ts';
import { described, fromEntries } from './value.ts';

/** `test`, `match`, `capture`, `scan`, `split/2`, `sub`, `gsub`. */
export function* matchFunction(
  name: string,
  args: readonly (Filter | undefined)[],
  item: Item,
  help: FunctionHelp,
): Generator<Item> {
  const text = item.value;
  const one = (filter: Filter | undefined): unknown =>
    filter === undefined ? undefined : [...help.run(filter, plain(text))][0]?.value;
  const isSub = name === 'sub' || name === 'gsub';
  let pattern = one(args[0]);
  let marks = one(isSub ? args[2] : args[1]);
  if (Array.isArray(pattern)) {
    marks = pattern[1];
    pattern = pattern[0] as unknown;
  }
  if (typeof text !== 'string')
    throw new JqError(`${described(text)} cannot be matched, as it is not a string`);
  if (typeof pattern !== 'string')
    throw new JqError(`${described(pattern)} cannot be matched, as it is not a string`);
  const flags = typeof marks === 'string' ? marks : '';
  let regex: Regex;
  try {
    regex = compileRegex(flags.includes('x') ? pattern.replace(/\s+|#.*$/gm, '') : pattern, {
      flavour: 'perl',
      ignoreCase: flags.includes('i'),
    });
  } catch (error) {
    if (error instanceof RegexError)
      throw new JqError(`${pattern} (at offset 0) is not a valid regex: ${error.message}`);
    throw error;
  }
  const all = flags.includes('g') || name === 'gsub' || name === 'scan' || name === 'split';
  const matches: RegexMatch[] = [];
  for (const match of allMatches(regex, text)) {
    matches.push(match);
    if (!all) break;
  }
  switch (name) {
    case 'test':
      yield plain(matches.length > 0);
      return;
    case 'match':
      for (const match of matches) yield plain(matchObject(match, regex));
      return;
    case 'capture':
      for (const match of matches) yield plain(captured(match, regex));
      return;
    case 'scan':
      for (const match of matches)
        yield plain(
          regex.groups === 0 ? match.text : groups(match, regex).map((group) => group ?? null),
        );
      return;
    case 'split': {
      const parts: string[] = [];
      let from = 0;
      for (const match of matches) {
        parts.push(text.slice(from, match.start));
        from = match.end;
      }
      yield plain([...parts, text.slice(from)]);
      return;
    }
    default: {
      let result = '';
      let from = 0;
      for (const match of matches) {
        const [by] =
          args[1] === undefined ? [] : [...help.run(args[1], plain(captured(match, regex)))];
        if (typeof by?.value !== 'string')
          throw new JqError(`${described(by?.value)} cannot be added to a string`);
        result += text.slice(from, match.start) + by.value;
        from = match.end;
      }
      yield plain(result + text.slice(from));
    }
  }
}

function groups(match: RegexMatch, regex: Regex): readonly (string | undefined)[] {
  return Array.from({ length: regex.groups }, (_, i) => match.group(i + 1));
}

function captured(match: RegexMatch, regex: Regex): unknown {
  return fromEntries(
    [...regex.names].map(([index, name]) => [name, match.group(index) ?? null] as const),
  );
}

function matchObject(match: RegexMatch, regex: Regex): unknown {
  return {
    offset: match.start,
    length: match.end - match.start,
    string: match.text,
    captures: groups(match, regex).map((group, i) => ({
      offset: group === undefined ? -1 : match.groupStart(i + 1),
      length: group?.length ?? 0,
      string: group ?? null,
      name: regex.names.get(i + 1) ?? null,
    })),
  };
}
