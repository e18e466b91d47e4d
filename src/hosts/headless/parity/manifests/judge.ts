import type { ApplyStep, CommandStep } from './cases.ts';

/** What `kubectl apply` printed, line by line. */
export interface ApplyOutput {
  /** Objects by kind in lower case that came to be, were changed, or stayed. */
  readonly done: Readonly<Record<string, number>>;
  /** `created`, `unchanged` … of each line. */
  readonly verbs: readonly string[];
  readonly warnings: readonly string[];
  /** All else: refusals. */
  readonly refusals: string;
  readonly failed: boolean;
}

const DONE = /^([a-z0-9]+)(?:\.[^/ ]+)?\/\S+ (created|configured|unchanged|serverside-applied)$/;

/** Reads the output of `kubectl apply` (both streams, with `[CODE]` at the end when it failed). */
export function readApply(output: string): ApplyOutput {
  const done: Record<string, number> = {};
  const verbs: string[] = [];
  const warnings: string[] = [];
  const rest: string[] = [];
  for (const line of output.split('\n')) {
    const [, kind = '', verb = ''] = DONE.exec(line) ?? [];
    if (kind !== '') {
      done[kind] = (done[kind] ?? 0) + 1;
      verbs.push(verb);
    } else if (line.startsWith('Warning: ')) warnings.push(line);
    else if (line !== '') rest.push(line);
  }
  return {
    done,
    verbs,
    warnings,
    refusals: rest.join('\n'),
    failed: /^\[\d+\]$/.test(rest[rest.length - 1] ?? ''),
  };
}

/** How a first apply differs from what is expected, a sentence each. */
export function judgeApply(step: ApplyStep, text: string): readonly string[] {
  const output = readApply(text);
  const { expect, created, rejected } = step;
  const complaints: string[] = [];
  if (!step.isCertain && rejected.length > 0 && !output.failed) return [];
  const isRefused = expect?.accepted === false || rejected.length > 0;
  if (output.failed !== isRefused && (expect === undefined || expect.accepted !== undefined)) {
    complaints.push(isRefused ? 'nothing was refused' : `refused: ${output.refusals}`);
  }
  for (const { object, messageContains } of rejected) {
    for (const part of messageContains.split('; ')) {
      if (!isSaid(part, output.refusals))
        complaints.push(`${object} is not refused with "${part}", but: ${output.refusals}`);
    }
  }
  for (const part of (expect?.messageContains ?? '').split('; ')) {
    // The table quotes a documentation page that lost a space after a comma.
    if (!withoutGaps(output.refusals).includes(withoutGaps(part)))
      complaints.push(`"${output.refusals}" does not say "${part}"`);
  }
  if (!output.warnings.join('\n').includes(expect?.warningContains ?? '')) {
    complaints.push(`no warning "${expect?.warningContains}"`);
  }
  if (created !== undefined) complaints.push(...differentCounts(created, output.done));
  return complaints;
}

/** What the same refusal is called when it is found elsewhere, and so in other words. */
const OTHER_WORDS: readonly (readonly [
  pattern: RegExp,
  words: (match: RegExpExecArray) => string,
])[] = [
  // A server-side apply has no types to decode into: the schema's words for a field that it does not know.
  [/^unknown field "([^"]+)"?$/, ([, path]) => `: .${path}`],
  // It merges lists by their keys before anything is validated.
  [
    /^(spec\S+)\[(\d+)\]\.name: Required value$/,
    ([, list, index]) =>
      `.${list}: element ${index}: associative list with keys has an element that omits all key fields`,
  ],
  // kubectl looks at the kind itself before it sends anything.
  [/^Object 'Kind' is missing$/, () => 'kind not set'],
];

function isSaid(message: string, refusals: string): boolean {
  const others = OTHER_WORDS.flatMap(([pattern, words]) => {
    const match = pattern.exec(message);
    return match === null ? [] : [words(match)];
  });
  return [message, ...others].some((words) => refusals.includes(words));
}

/** How another command differs from what is expected. */
export function judgeCommand({ command, expect }: CommandStep, text: string): readonly string[] {
  const isRefused = expect?.accepted === false;
  const failed = /^\[\d+\]$/m.test(text);
  return [
    ...(failed === isRefused ? [] : [`${command}: ${text}`]),
    ...(text.includes(expect?.messageContains ?? '')
      ? []
      : [`${command}: "${text}" does not say "${expect?.messageContains}"`]),
  ];
}

/**
 * A second apply of the same file is taken as it is. By the client it may say `configured`, as with a real cluster: where the
 * server filled something into a list that is written as a whole, or wrote a quantity in another way, kubectl finds a patch
 * to send that changes nothing. That nothing changes is looked up in etcd.
 */
export function judgeSecondApply(text: string, isServerSide: boolean): readonly string[] {
  const { verbs, refusals } = readApply(text);
  const wanted = isServerSide ? ['serverside-applied'] : ['unchanged', 'configured'];
  return refusals === '' && verbs.every((verb) => wanted.includes(verb))
    ? []
    : [`a second apply prints\n${text}`];
}

/** `diff` of a changed file shows the label that was added, and its status is 1. */
export function judgeDifference(text: string): readonly string[] {
  return /^\+.*touched: "yes"$/m.test(text) && text.endsWith('[1]\n')
    ? []
    : [`diff of a changed file prints\n${text}`];
}

/** A changed file changes every object. */
export function judgeChange(text: string, isServerSide: boolean): readonly string[] {
  const { verbs, refusals } = readApply(text);
  const wanted = isServerSide ? 'serverside-applied' : 'configured';
  return refusals === '' && verbs.every((verb) => verb === wanted)
    ? []
    : [`apply of a changed file prints\n${text}`];
}

/** `diff` prints nothing but what the server warns of. */
export function isSilent(text: string): boolean {
  return text.split('\n').every((line) => line === '' || line.startsWith('Warning: '));
}

/** `delete` names what it deleted. */
export function judgeDelete(text: string): readonly string[] {
  const left = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('Warning: ') && !DELETED.test(line))
    .filter((line) => !isOvertaken(line, text));
  return left.every((line) => line === '[1]') ? [] : [`delete prints\n${text}`];
}

const DELETED = / deleted(?: from \S+ namespace)?$/;

/** The endpoints controller may be quicker than kubectl to delete the Endpoints of a Service that has just gone. */
function isOvertaken(line: string, text: string): boolean {
  const [, name = ''] = /endpoints "([^"]+)" not found$/.exec(line) ?? [];
  return name !== '' && text.includes(`service "${name}" deleted`);
}

function withoutGaps(text: string): string {
  return text.replaceAll(', ', ',');
}

function differentCounts(
  created: Readonly<Record<string, number>>,
  done: Readonly<Record<string, number>>,
): string[] {
  const expected = Object.fromEntries(
    Object.entries(created).map(([kind, count]) => [kind.toLowerCase(), count]),
  );
  return [...new Set([...Object.keys(expected), ...Object.keys(done)])]
    .filter((kind) => (expected[kind] ?? 0) !== (done[kind] ?? 0))
    .map((kind) => `${done[kind] ?? 0} of kind ${kind} accepted, expected ${expected[kind] ?? 0}`);
}
