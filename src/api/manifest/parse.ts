import { faultMessage } from './fault-messages.ts';
import type { Manifest, ManifestDocument, ManifestObject } from './manifest.ts';
import { checkObject } from './object-checks.ts';
import { spanOfPath } from './positions.ts';
import { type ManifestProblem, manifestLimits } from './problem.ts';
import { type LineStarts, lineStartsOf, type SourceSpan, spanOf } from './source-position.ts';
import { type ReadingBudget, readYaml, type YamlDocument, type YamlFault } from './yaml-stream.ts';
import { valueOfYaml } from './yaml-value.ts';

/**
 * Reads a manifest: YAML (several documents) or JSON. All problems are collected, not the first; a document that has
 * an error gives no objects, the others still do. Never throws, and answers within a second for any text.
 */
export function parseManifest(text: string): Manifest {
  const lineStarts = lineStartsOf(text);
  const refused = refusalOfText(text, lineStarts);
  if (refused.length > 0) return { text, documents: [], objects: [], problems: refused };

  const documents: ManifestDocument[] = [];
  const objects: ManifestObject[] = [];
  const problems: ManifestProblem[] = [];
  const budget: ReadingBudget = { lexemesLeft: manifestLimits.lexemes };
  for (const chunk of chunksOf(text)) {
    for (const yaml of readYaml(text.slice(chunk.from, chunk.to), chunk.from, budget)) {
      const document = readDocument(yaml, chunk.from, documents.length, lineStarts, problems);
      if (document === undefined) continue;
      documents.push(document);
      objects.push(...objectsOf(document, problems));
    }
    // Whatever comes after so many mistakes is not read for more of them.
    if (budget.lexemesLeft < 0 || problems.length >= manifestLimits.problems) break;
    const tooMany = tooManyProblem(documents, objects);
    if (tooMany !== undefined) {
      problems.push(tooMany);
      break;
    }
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { text, documents, objects, problems: problems.slice(0, manifestLimits.problems) };
}

/** Control characters that YAML excludes, and halves of surrogate pairs, which are no text at all. */
const forbiddenCharacters =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What makes a text unreadable as a whole. */
function refusalOfText(text: string, lineStarts: LineStarts): ManifestProblem[] {
  if (text.length > manifestLimits.textLength) {
    const size = (text.length / 1024 / 1024).toFixed(1);
    return [
      problemAt(
        spanOf(lineStarts, 0, 0),
        `The text is ${size} MB long; at most ${manifestLimits.textLength / 1024 / 1024} MB are read at once. Apply it in several parts.`,
      ),
    ];
  }
  const problems: ManifestProblem[] = [];
  for (const match of text.matchAll(forbiddenCharacters)) {
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    problems.push(
      problemAt(
        spanOf(lineStarts, match.index, match.index + 1),
        `The character U+${code} is not allowed in YAML. Take it out, or write it as an escape in double quotes.`,
      ),
    );
    if (problems.length >= manifestLimits.problems) break;
  }
  return problems;
}

function problemAt(span: SourceSpan, message: string): ManifestProblem {
  return { severity: 'error', message, ...span };
}

const separator = /^---[ \t]*(?:#.*)?\r?$/gm;

/**
 * The stretches between the lines `---`, cut the way kubectl cuts them before it reads any YAML: so a mistake in one
 * document cannot swallow the next.
 */
function chunksOf(text: string): { readonly from: number; readonly to: number }[] {
  const chunks: { from: number; to: number }[] = [];
  let from = text.startsWith('\ufeff') ? 1 : 0;
  for (const match of text.matchAll(separator)) {
    if (isWorthReading(text, from, match.index)) chunks.push({ from, to: match.index });
    from = match.index + match[0].length;
  }
  if (isWorthReading(text, from, text.length)) chunks.push({ from, to: text.length });
  return chunks;
}

/** False for nothing but blanks, which is what stands between many a pair of separators. */
function isWorthReading(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d) return true;
  }
  return false;
}

/** One document, its faults reported; undefined for one that holds nothing. */
function readDocument(
  yaml: YamlDocument,
  offset: number,
  index: number,
  lineStarts: LineStarts,
  problems: ManifestProblem[],
): ManifestDocument | undefined {
  const { value, faults, duplicateFields } = valueOfYaml(yaml.root);
  const all: readonly YamlFault[] = [
    ...yaml.errors,
    // An alias that the library missed is reported by the reading as well; once is enough.
    ...faults.map((each) => ({ ...each, from: each.from + offset, to: each.to + offset })),
  ];
  for (const fault of all) {
    problems.push(problemAt(spanOf(lineStarts, fault.from, fault.to), faultMessage(fault)));
  }
  if (all.length === 0 && (yaml.root === null || value === null)) return undefined;
  const [from, to] = yaml.root === null ? [0, 0] : yaml.root.range;
  return {
    index,
    span: spanOf(lineStarts, from + offset, to + offset),
    // A key given twice is a mistake to report, but the document can be read: kubectl takes the last one.
    value: all.every(({ code }) => code === 'DUPLICATE_KEY') ? value : undefined,
    duplicateFields,
    source: { root: yaml.root, offset, lineStarts },
  };
}

/** The objects in a document, and what is wrong with the others. */
function objectsOf(document: ManifestDocument, problems: ManifestProblem[]): ManifestObject[] {
  if (document.value === undefined) return [];
  const found: ManifestObject[] = [];
  checkObject(document.value, '', {
    accept: (object, path) => found.push({ object, document, path }),
    refuse: (path, message, severity) => {
      problems.push({ severity, message, ...spanOfPath(document, path) });
    },
  });
  return found;
}

function tooManyProblem(
  documents: readonly ManifestDocument[],
  objects: readonly ManifestObject[],
): ManifestProblem | undefined {
  const last = documents.at(-1);
  if (last === undefined) return undefined;
  if (documents.length >= manifestLimits.documents) {
    return problemAt(
      last.span,
      `The text has more than ${manifestLimits.documents} documents. Apply it in several parts.`,
    );
  }
  if (objects.length >= manifestLimits.objects) {
    return problemAt(
      last.span,
      `The text has more than ${manifestLimits.objects} objects. Apply it in several parts.`,
    );
  }
  return undefined;
}
