import { allMatches, compileRegex, RegexError, type Regex } from '../../../base/regex/regex.ts';
import { fail, isText, text, whole, type Library } from './arguments.ts';

/** Whether an expression can be read is said by RE2's own message. */
export function regularExpression(source: string): Regex {
  try {
    return compileRegex(source, { flavour: 'go' });
  } catch (thrown) {
    if (thrown instanceof RegexError) return fail(thrown.message);
    throw thrown;
  }
}

/** The work of a match: text × expression, as cel-go counts it. */
function matchCost(subject: string, pattern: string): number {
  return Math.ceil((subject.length + 1) * 0.1) * Math.ceil(pattern.length * 0.25);
}

/** `matches` of the language itself, `find` and `findAll` of Kubernetes' regex library. */
export const regexLibrary: Library = {
  accepts: isText,
  methods: {
    matches(args, cost) {
      const [subject, pattern] = [text('matches', args, 0), text('matches', args, 1)];
      cost(matchCost(subject, pattern));
      return regularExpression(pattern).test(subject);
    },
    find(args, cost) {
      const [subject, pattern] = [text('find', args, 0), text('find', args, 1)];
      cost(matchCost(subject, pattern));
      return regularExpression(pattern).exec(subject)?.text ?? '';
    },
    findAll(args, cost) {
      const [subject, pattern] = [text('findAll', args, 0), text('findAll', args, 1)];
      cost(matchCost(subject, pattern));
      const limit = args[2] === undefined ? -1 : whole('findAll', args, 2);
      const found: string[] = [];
      if (limit === 0) return found;
      for (const match of allMatches(regularExpression(pattern), subject)) {
        found.push(match.text);
        if (found.length === limit) break;
      }
      return found;
    },
  },
};
