import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * The mechanical half of the style guide. The tables below are the rules; what follows them only applies them.
 * Comments and texts are blanked before code is searched, so that neither can break a rule.
 */

/** What each folder of `src` may import, as in the design document. `types` may be imported as types only. */
const importTable: Readonly<Record<string, FolderRule>> = {
  base: { may: [], packages: [] },
  api: { may: ['base'], packages: [] },
  'api/manifest': { may: ['base', 'api'], packages: ['yaml'] },
  kernel: { may: ['base'], packages: [] },
  cluster: { may: ['base', 'api', 'kernel'], packages: [] },
  bridge: { may: ['base', 'api'], types: ['kernel', 'scenarios'], packages: [] },
  kubectl: { may: ['base', 'api'] },
  scenarios: { may: ['base', 'api'], packages: [] },
  hosts: { may: ['base', 'api', 'kernel', 'cluster', 'bridge', 'kubectl', 'scenarios'] },
  view: { may: ['base', 'api', 'bridge'], packages: ['zustand'] },
  // The page starts its worker through the bridge's client, the one value it takes from there.
  ui: { may: ['base', 'api', 'view', 'kubectl', 'scenarios'], types: ['bridge'] },
};

interface FolderRule {
  readonly may: readonly string[];
  readonly types?: readonly string[];
  /** Undefined: any package. */
  readonly packages?: readonly string[];
}

/** Parts of `cluster` that every process may share; other processes are met on the wire. */
const clusterShared =
  'messages.ts cri-messages.ts stream-messages.ts set-up.ts client network programs'.split(' ');
/** They put the processes together, watch them from outside, or test them. */
const clusterAbove = ['world.ts', 'observe.ts', 'testing', 'invariants'];

const engineFolders = ['base', 'api', 'kernel', 'cluster'];

/** Words that may not stand in the engine, and what stands in their place. */
const bannedInEngine: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bDate\.now\b/, "the time that is handed in (the kernel's now)"],
  [/\bnew Date(?:\(\s*\)|(?!\s*\()\b)/, "the time that is handed in (the kernel's now)"],
  [/\bMath\.random\b/, 'a named stream of kernel/random.ts'],
  [
    /\bMath\.(?:exp|expm1|pow|sin|cos|tan|sinh|cosh|tanh|cbrt)\b/,
    'whole numbers or a table: engines differ',
  ],
  [
    /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\b/,
    'an appointment',
  ],
  [/\bPromise\b|\basync\b|\bawait\b/, 'an appointment and what follows it as data'],
  [/\bperformance\s*\./, 'virtual time'],
  [/\bcrypto\s*\./, 'kernel/hash.ts or a named stream of kernel/random.ts'],
  [
    /\blocaleCompare\b|\btoLocale[A-Z]\w*\b|\bIntl\b/,
    'base/compare.ts; what is shown is worded in view or ui',
  ],
  [/\bstructuredClone\b/, 'the frozen value itself, or a new one'],
  [/\bconsole\s*\./, 'a note in the trace, or a value'],
];

const bannedEverywhere: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/(?:[:<,|&(]|\bas|\bextends)\s*any\b(?=\s*(?:[\]>,);=|&{}[]|$))/m, 'unknown, and a check'],
  [/^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w+\s*\{/m, 'a union of texts'],
];

const linesMax = 500;
const lineLengthMax = 140;

/** Files that something other than an import starts. */
const entries: readonly RegExp[] = [
  /^main\.tsx$/,
  /\.test\.tsx?$/,
  /\.d\.ts$/,
  /^hosts\/headless\/[^/]+\/main\.ts$/,
  /^hosts\/(?:worker\/(?:main|worker)|attach\/worker)\.ts$/,
  /(?:^|\/)generated\//,
];

/** Stands for every character of a text in the scanned code. */
const filler = '\u0001';

const root = dirname(fileURLToPath(import.meta.url));

interface SourceFile {
  /** Below `src`, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with blanks for comments and `filler` for the insides of strings; as long as the text, line by line. */
  readonly code: string;
  /** The comments alone. */
  readonly comments: string;
  readonly imports: readonly Import[];
}

interface Import {
  readonly specifier: string;
  readonly isTypeOnly: boolean;
  readonly line: number;
  /** The file below `src` that is meant; undefined for packages and for files elsewhere. */
  readonly target: string | undefined;
}

const files: readonly SourceFile[] = sourcePaths(root).map(readSource);
const handWritten = files.filter((file) => !file.path.includes('generated/'));
/** Tests, and what only tests use: it may know several parts at once. */
const isTest = ({ path }: SourceFile) =>
  /\.test\.tsx?$|(?:^|\/)testing[^/]*(?:\/|\.tsx?$)/.test(path);

describe('the style guide', () => {
  test('folders import only what they may', () => {
    expect(files.flatMap(wrongImports)).toEqual([]);
  });

  test('one process of the cluster does not import another', () => {
    expect(files.flatMap(wrongClusterImports)).toEqual([]);
  });

  test('relative imports name a file that is there, with its ending', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter(({ specifier }) => specifier.startsWith('.') && !isFileNamed(file, specifier))
        .map(({ specifier, line }) => `${file.path}:${line} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  test('no files import one another in a circle', () => {
    expect(importCycles()).toEqual([]);
  });

  test('the engine has no clock, chance, timers, promises or locale of its own', () => {
    const engine = handWritten.filter((file) => isIn(file, engineFolders) && !isTest(file));
    expect(engine.flatMap((file) => wordsFound(file, bannedInEngine))).toEqual([]);
  });

  test('no any, no enums', () => {
    expect(handWritten.flatMap((file) => wordsFound(file, bannedEverywhere))).toEqual([]);
  });

  test('an assertion that something is there (!) gives its reason in a comment', () => {
    expect(handWritten.filter((file) => !isTest(file)).flatMap(bareAssertions)).toEqual([]);
  });

  test(`no file is longer than ${linesMax} lines`, () => {
    const long = handWritten
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > linesMax);
    expect(long).toEqual([]);
  });

  test(`no line is longer than ${lineLengthMax} characters, the insides of texts not counted`, () => {
    expect(handWritten.flatMap(longLines)).toEqual([]);
  });

  test('no reminders are left over', () => {
    const reminder = /\b(?:TODO|FIXME|XXX)\b|@ts-ignore|@ts-nocheck/g;
    const found = handWritten.flatMap((file) =>
      [...file.comments.matchAll(reminder)].map(
        (match) => `${file.path}:${lineAt(file.text, match.index)} ${match[0]}`,
      ),
    );
    expect(found).toEqual([]);
  });

  test('every file is imported by something other than its own test', () => {
    const imported = new Set(
      files.flatMap((file) =>
        file.imports.flatMap(({ target }) =>
          target === undefined || isOwnTest(file.path, target) ? [] : [target],
        ),
      ),
    );
    const dead = files
      .map(({ path }) => path)
      .filter((path) => !imported.has(path) && !entries.some((each) => each.test(path)));
    expect(dead).toEqual([]);
  });
});

describe('these rules find what they are for', () => {
  const found = (path: string, text: string) => {
    const file = sourceOf(path, text);
    return [
      ...wrongImports(file),
      ...wrongClusterImports(file),
      ...wordsFound(file, bannedInEngine),
      ...wordsFound(file, bannedEverywhere),
      ...bareAssertions(file),
    ];
  };

  test.each([
    ['cluster/kubelet/a.ts', "import { b } from '../scheduler/b.ts';"],
    ['api/a.ts', "import type { b } from '../cluster/b.ts';"],
    ['view/a.ts', "export { b } from '../cluster/b.ts';"],
    ['ui/a.ts', "const b = import('../kernel/b.ts');"],
    ['ui/a.ts', "import { b } from '../bridge/b.ts';"],
    ['api/a.ts', "import { parse } from 'yaml';"],
    ['api/a.ts', 'const now = new Date();'],
    ['api/a.ts', 'const f = (b: any[]) => b;'],
    ['api/a.ts', 'const b = c as any;'],
    ['api/a.ts', 'enum Phase {'],
    ['api/a.ts', 'const b = c[0]!.d;'],
    ['api/a.ts', 'const b = `${Math.random()}`;'],
  ])('%s: %s', (path, text) => {
    expect(found(path, text)).toHaveLength(1);
  });

  test.each([
    ['cluster/kubelet/a.ts', "import { b } from '../client/b.ts';"],
    ['cluster/world.ts', "import { b } from './scheduler/b.ts';"],
    ['ui/a.ts', "import { type B, type C } from '../bridge/b.ts';"],
    ['api/manifest/a.ts', "import { parse } from 'yaml';"],
    ['api/a.ts', 'const then = new Date(millis); // new Date()'],
    ['api/a.ts', "const any = 'as any'; const b = a !== any;"],
    ['api/a.ts', 'const b = c[0]!.d; // In range by the check above.'],
  ])('%s is well: %s', (path, text) => {
    expect(found(path, text)).toEqual([]);
  });
});

describe('the scanner behind these rules', () => {
  const scanned = scan(
    [
      'const a = "Math.random // no comment"; // Date.now',
      'const b = /[/\'"]/.test(`x ${Date.now()} y`) /* await */ ? 1 / 2 : it!.c;',
      '<p className="x">don\'t {count} / all</p>;',
    ].join('\n'),
  );

  test('sees through comments, texts, templates and regular expressions', () => {
    expect(scanned.code).not.toMatch(/Math\.random|await|no comment/);
    expect(scanned.code.match(/Date\.now/g)).toHaveLength(1);
    expect(scanned.code).toContain('it!.c');
    expect(scanned.code).toContain('1 / 2');
    expect(scanned.comments).toMatch(/Date\.now[^]*await/);
  });

  test('keeps every line in its place', () => {
    expect(scanned.code.split('\n').map((line) => line.length)).toEqual([50, 72, 41]);
  });
});

function sourcePaths(folder: string): string[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name))
    .flatMap((path) => {
      if (statSync(path).isDirectory()) return sourcePaths(path);
      return /\.tsx?$/.test(path) ? [path] : [];
    });
}

function readSource(path: string): SourceFile {
  return sourceOf(below(path) ?? path, readFileSync(path, 'utf8'));
}

function sourceOf(path: string, text: string): SourceFile {
  const { code, comments, strings } = scan(text);
  const imports = strings.flatMap(({ at, value }): Import[] => {
    const before = code.slice(Math.max(0, at - 2000), at).trimEnd();
    const isImport = /(?:\bfrom|\bimport|\bimport\()$/.test(before);
    const isUrl = /\bnew URL\($/.test(before) && value.startsWith('.');
    if (!isImport && !isUrl) return [];
    const specifier = value.replace(/\?.*$/, '');
    const target = specifier.startsWith('.')
      ? below(resolve(root, dirname(path), specifier))
      : undefined;
    return [{ specifier, isTypeOnly: isTypeImport(before), line: lineAt(text, at), target }];
  });
  return { path, text, code, comments, imports };
}

/** The path below `src`, undefined for files elsewhere. */
function below(path: string): string | undefined {
  const inside = relative(root, path).replaceAll('\\', '/');
  return inside.startsWith('..') ? undefined : inside;
}

/** `import type {…} from`, or braces in which every name is a type. */
function isTypeImport(before: string): boolean {
  const statement = before.slice(
    Math.max(before.lastIndexOf('import'), before.lastIndexOf('export')),
  );
  if (/^(?:import|export)\s+type\b/.test(statement)) return true;
  const names = /^(?:import|export)\s*\{([^}]*)\}/.exec(statement)?.[1];
  if (names === undefined) return false;
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .every((name) => name.startsWith('type '));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.indexOf('/')));
}

function isIn(file: SourceFile, folders: readonly string[]): boolean {
  return folders.includes(folderOf(file.path));
}

function wrongImports(file: SourceFile): string[] {
  const folder = folderOf(file.path);
  const manifest = file.path.startsWith('api/manifest') ? 'api/manifest' : folder;
  const rule = importTable[manifest];
  // Files at the top of `src` put the page together.
  if (folder === '') return [];
  if (rule === undefined) return [`${file.path}: the folder ${folder} is not in the import table`];
  return file.imports.flatMap(({ specifier, isTypeOnly, line, target }) => {
    const place = `${file.path}:${line}`;
    if (target === undefined) {
      if (specifier.startsWith('.') || isTest(file) || rule.packages === undefined) return [];
      const isAllowed = rule.packages.some(
        (name) => specifier === name || specifier.startsWith(`${name}/`),
      );
      return isAllowed ? [] : [`${place} imports the package ${specifier}`];
    }
    const to = folderOf(target);
    if (to === folder || rule.may.includes(to)) return [];
    if (isTypeOnly && rule.types?.includes(to) === true) return [];
    return [`${place} imports ${target}`];
  });
}

function wrongClusterImports(file: SourceFile): string[] {
  const [folder, part = ''] = file.path.split('/');
  if (folder !== 'cluster' || clusterAbove.includes(part) || isTest(file)) return [];
  return file.imports.flatMap(({ line, target }) => {
    const [to, toPart = ''] = target?.split('/') ?? [];
    if (to !== 'cluster' || toPart === part || clusterShared.includes(toPart)) return [];
    return [`${file.path}:${line} imports ${target}`];
  });
}

/** A folder may be meant by new URL('.', …), and files outside of `src` may be absent; code comes from files. */
function isFileNamed(file: SourceFile, specifier: string): boolean {
  const path = resolve(root, dirname(file.path), specifier);
  if (below(path) === undefined) return true;
  return /\.\w+$/.test(specifier) ? existsSync(path) : /\/?\.{0,2}\/?$/.test(specifier);
}

/** One round trip through imports for each knot of files that import one another; types alone do no harm. */
function importCycles(): string[] {
  const targets = new Map(
    files.map(({ path, imports }) => [path, imports.filter((each) => !each.isTypeOnly)]),
  );
  const cycles: string[] = [];
  const isDone = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' → '));
    if (start >= 0 || isDone.has(path)) return;
    for (const { target } of targets.get(path) ?? []) {
      if (target !== undefined) visit(target, [...trail, path]);
    }
    isDone.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return cycles;
}

function wordsFound(
  file: SourceFile,
  banned: readonly (readonly [pattern: RegExp, instead: string])[],
): string[] {
  return banned.flatMap(([pattern, instead]) =>
    [...file.code.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map(
      (match) =>
        `${file.path}:${lineAt(file.text, match.index)} ${match[0].trim()} (instead: ${instead})`,
    ),
  );
}

function bareAssertions(file: SourceFile): string[] {
  const comments = file.comments.split('\n');
  return [...file.code.matchAll(/[\w)\]]!(?=[.)\],;[(])/g)].flatMap((match) => {
    const line = lineAt(file.text, match.index);
    const isExplained = [line - 1, line - 2].some((index) => /\w/.test(comments[index] ?? ''));
    return isExplained ? [] : [`${file.path}:${line}`];
  });
}

function longLines(file: SourceFile): string[] {
  return file.code.split('\n').flatMap((line, index) => {
    const withoutTexts = line.replaceAll(filler, '');
    const comment = file.comments.split('\n')[index] ?? '';
    const length = Math.max(withoutTexts.trimEnd().length, comment.trimEnd().length);
    return length > lineLengthMax ? [`${file.path}:${index + 1} has ${length}`] : [];
  });
}

function isOwnTest(path: string, target: string): boolean {
  return path.replace(/\.test(\.tsx?)$/, '$1') === target && path !== target;
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1))
    line += 1;
  return line;
}

interface Scanned {
  readonly code: string;
  readonly comments: string;
  /** Every text without placeholders, with the place of its opening quote. */
  readonly strings: readonly { readonly at: number; readonly value: string }[];
}

/**
 * Parts code, comments and texts without a full parser. Its one weakness, text between JSX tags, is kept harmless by
 * ending quoted texts with their line.
 */
function scan(text: string): Scanned {
  const code: string[] = [];
  const comments: string[] = [];
  const strings: { at: number; value: string }[] = [];
  const blank = (part: string) => part.replace(/[^\n]/g, ' ');
  let lastCode = '';
  const putCode = (part: string) => {
    lastCode = (lastCode + part).slice(-20);
    code.push(part);
    comments.push(blank(part));
  };
  const putComment = (part: string) => {
    code.push(blank(part));
    comments.push(part);
  };
  const putText = (part: string) => {
    code.push(part.replace(/[^\n]/g, filler));
    comments.push(blank(part));
  };
  // For each template that is open: how many braces are open inside its placeholder.
  const templates: number[] = [];
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? '';
  };
  const takeTemplate = () => {
    const part = take(/(?:[^`\\$]|\\[^]|\$(?!\{))*/y);
    putText(part);
    at += part.length;
    const isPlaceholder = text.startsWith('${', at);
    putCode(isPlaceholder ? '${' : text.slice(at, at + 1));
    at += isPlaceholder ? 2 : 1;
    if (isPlaceholder) templates.push(0);
  };
  while (at < text.length) {
    const character = text[at] ?? '';
    const comment = take(/\/\/[^\n]*|\/\*[^]*?\*\//y);
    const quoted = take(/"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y);
    const regex = canStartRegex(lastCode)
      ? take(/\/(?![/*>])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y)
      : '';
    if (comment !== '') {
      putComment(comment);
      at += comment.length;
    } else if (quoted !== '') {
      strings.push({ at, value: quoted.slice(1, -1) });
      putCode(character);
      putText(quoted.slice(1, -1));
      putCode(character);
      at += quoted.length;
    } else if (regex !== '') {
      putText(regex);
      at += regex.length;
      lastCode = ')';
    } else if (character === '`') {
      putCode(character);
      at += 1;
      takeTemplate();
    } else if (character === '}' && templates.at(-1) === 0) {
      templates.pop();
      putCode(character);
      at += 1;
      takeTemplate();
    } else {
      const open = templates.length - 1;
      if (character === '{') templates[open] = (templates[open] ?? 0) + 1;
      if (character === '}') templates[open] = (templates[open] ?? 0) - 1;
      putCode(character);
      at += 1;
    }
  }
  return { code: code.join(''), comments: comments.join(''), strings };
}

/** A slash begins a regular expression where a value is expected. */
function canStartRegex(before: string): boolean {
  return /(?:^|[(,=:[!&|?{};+\-*%^~>]|\b(?:return|typeof|case|in|of|else))\s*$/.test(before);
}
