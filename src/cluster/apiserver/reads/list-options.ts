import { forbidden, notSupported, type FieldError } from '../../../api/field-errors.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import {
  parseFieldSelector,
  type FieldRequirement,
} from '../../../api/selectors/field-selector.ts';
import { parseLabelSelector } from '../../../api/selectors/label-parser.ts';
import type { LabelRequirement } from '../../../api/selectors/label-requirement.ts';
import { badRequestError, invalidError, type StatusError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import { goQuote } from '../../../api/go-text.ts';
import { isTrue } from '../verb.ts';

/** The query of a list, watch or deletecollection, read and checked. */
export interface ListOptions {
  /** Undefined where nothing is asked for. */
  readonly labels: readonly LabelRequirement[] | undefined;
  readonly fields: readonly FieldRequirement[] | undefined;
  /** 0 for all. */
  readonly limit: number;
  /** The empty text for a first page. */
  readonly continueToken: string;
  /** Undefined: not given. 0: any state will do. */
  readonly revision: number | undefined;
  readonly match: 'Exact' | 'NotOlderThan' | undefined;
  readonly sendInitialEvents: boolean;
  readonly bookmarks: boolean;
  readonly timeoutSeconds: number | undefined;
}

/** Reads the options of a request for a kind's collection (upstream: ValidateListOptions and the list handler). */
export function readListOptions(
  query: Readonly<Record<string, string>>,
  kind: KindDeclaration,
): Result<ListOptions, StatusError> {
  const labels = readLabels(query['labelSelector']);
  if (!labels.ok) return labels;
  const fields = readFields(query['fieldSelector'], kind);
  if (!fields.ok) return fields;
  const revision = readRevision(query['resourceVersion']);
  if (!revision.ok) return revision;
  const continueToken = query['continue'] ?? '';
  const problems = matchProblems(query);
  if (problems.length > 0) {
    return refusal(invalidError({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', problems));
  }
  if (continueToken !== '' && (revision.value ?? 0) !== 0) {
    return refusal(
      badRequestError('specifying resource version is not allowed when using continue'),
    );
  }
  const match = query['resourceVersionMatch'];
  return success({
    labels: labels.value,
    fields: fields.value,
    limit: readCount(query['limit']) ?? 0,
    continueToken,
    revision: revision.value,
    match: match === 'Exact' || match === 'NotOlderThan' ? match : undefined,
    sendInitialEvents: isTrue(query['sendInitialEvents']),
    bookmarks: isTrue(query['allowWatchBookmarks']),
    timeoutSeconds: readCount(query['timeoutSeconds']),
  });
}

function readLabels(text: string | undefined): Result<ListOptions['labels'], StatusError> {
  if (text === undefined || text === '') return success(undefined);
  const parsed = parseLabelSelector(text);
  if (!parsed.ok) return refusal(badRequestError(parsed.error));
  return success(parsed.value.length === 0 ? undefined : parsed.value);
}

function readFields(
  text: string | undefined,
  kind: KindDeclaration,
): Result<ListOptions['fields'], StatusError> {
  if (text === undefined || text === '') return success(undefined);
  const parsed = parseFieldSelector(text);
  if (!parsed.ok) return refusal(badRequestError(parsed.error));
  for (const { field } of parsed.value) {
    if (!Object.hasOwn(kind.selectableFields, field)) {
      return refusal(badRequestError(unknownField(kind, field)));
    }
  }
  return success(parsed.value.length === 0 ? undefined : parsed.value);
}

/** Kinds with fields of their own and kinds without are told in different words. */
function unknownField(kind: KindDeclaration, field: string): string {
  const hasOwn = Object.keys(kind.selectableFields).some((each) => !each.startsWith('metadata.'));
  return hasOwn
    ? `field label not supported: ${field}`
    : `${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** A resourceVersion of a query: undefined for none. */
export function readRevision(text: string | undefined): Result<number | undefined, StatusError> {
  if (text === undefined || text === '') return success(undefined);
  const count = readCount(text);
  if (count !== undefined) return success(count);
  const detail = `strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax`;
  return refusal(badRequestError(`resourceVersion: Invalid value: ${goQuote(text)}: ${detail}`));
}

/** A whole number without sign; undefined for anything else. */
export function readCount(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text.length > 15) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  return Number(text);
}

function matchProblems(query: Readonly<Record<string, string>>): readonly FieldError[] {
  const match = query['resourceVersionMatch'] ?? '';
  const isWatch = isTrue(query['watch']);
  const initial = query['sendInitialEvents'];
  const problems: FieldError[] = [];
  if (isWatch && initial !== undefined) {
    if (match !== 'NotOlderThan') {
      problems.push(
        forbidden(
          'resourceVersionMatch',
          'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        ),
      );
    }
    return problems;
  }
  if (initial !== undefined) {
    problems.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (match === '') return problems;
  if (isWatch) {
    problems.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch'));
    return problems;
  }
  if ((query['resourceVersion'] ?? '') === '') {
    problems.push(
      forbidden(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden unless resourceVersion is provided',
      ),
    );
  }
  if ((query['continue'] ?? '') !== '') {
    problems.push(
      forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden with continue'),
    );
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    problems.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan']));
  } else if (match === 'Exact' && query['resourceVersion'] === '0') {
    problems.push(
      forbidden(
        'resourceVersionMatch',
        'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      ),
    );
  }
  return problems;
}
