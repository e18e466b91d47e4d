import { compileRegex, RegexError, type Regex } from '../../../base/regex/regex.ts';
import { parseLabelSelector } from '../../../api/selectors/label-parser.ts';
import { matchesRequirements } from '../../../api/selectors/label-requirement.ts';
import { fail } from '../failure.ts';
import type { Selector } from './kustomization.ts';
import type { ResourceMap } from './resource-map.ts';
import {
  annotationsOf,
  currentId,
  gvkOfResource,
  labelsOf,
  originalId,
  type Resource,
} from './resource.ts';
import { effectiveNamespace } from './resource-id.ts';

/** The resources that a selector means: its parts are regular expressions for the whole text, empty ones fit all. */
export function selected(map: ResourceMap, selector: Selector): readonly Resource[] {
  const { group = '', version = '', kind = '', name = '', namespace = '' } = selector;
  const tests = [group, version, kind, name, namespace].map(anchored);
  const [ofGroup, ofVersion, ofKind, ofName, ofNamespace] = tests;
  const fits = (test: Regex | undefined, text: string): boolean => test?.test(text) ?? true;
  return map.list.filter((resource) => {
    const [current, original] = [currentId(resource), originalId(resource)];
    const gvk = gvkOfResource(resource);
    return (
      (fits(ofNamespace, effectiveNamespace(original)) ||
        fits(ofNamespace, effectiveNamespace(current))) &&
      (fits(ofName, original.name) || fits(ofName, current.name)) &&
      fits(ofGroup, gvk.group) &&
      fits(ofVersion, gvk.version) &&
      fits(ofKind, gvk.kind) &&
      fitsTexts(resource, selector)
    );
  });
}

/** Whether labels and annotations are as a selector's expressions ask. */
export function fitsTexts(
  resource: Resource,
  { labelSelector = '', annotationSelector = '' }: Selector,
): boolean {
  return (
    fitsExpression(labelSelector, labelsOf(resource)) &&
    fitsExpression(annotationSelector, annotationsOf(resource))
  );
}

function fitsExpression(expression: string, texts: ReadonlyMap<string, string>): boolean {
  if (expression === '') return true;
  const parsed = parseLabelSelector(expression);
  if (!parsed.ok) return fail(parsed.error);
  return matchesRequirements(parsed.value, Object.fromEntries(texts));
}

function anchored(pattern: string): Regex | undefined {
  if (pattern === '') return undefined;
  try {
    return compileRegex(`^(?:${pattern})$`, { flavour: 'go' });
  } catch (thrown) {
    if (thrown instanceof RegexError) return fail(thrown.message);
    throw thrown;
  }
}
