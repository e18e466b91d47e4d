/** Annotations in which a build with `buildMetadata` tells where resources come from and what changed them. */
export const ORIGIN = 'config.kubernetes.io/origin';
export const TRANSFORMATIONS = 'alpha.config.kubernetes.io/transformations';

export interface ConfiguredBy {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** Where something comes from: a file, or a field or plugin of a kustomization. */
export type Origin =
  | { readonly path: string }
  | { readonly configuredIn: string; readonly configuredBy: ConfiguredBy };

/** An origin as YAML, in the order of Go's struct. */
export function originText(origin: Origin): string {
  return `${originLines(origin).join('\n')}\n`;
}

/** The value of the annotation of transformations with one more. */
export function transformationsText(before: string | undefined, origin: Origin): string {
  const lines = originLines(origin).map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`));
  return `${before ?? ''}${lines.join('\n')}\n`;
}

function originLines(origin: Origin): readonly string[] {
  if ('path' in origin) return [`path: ${origin.path}`];
  const { apiVersion, kind, name, namespace } = origin.configuredBy;
  return [
    `configuredIn: ${origin.configuredIn}`,
    'configuredBy:',
    `  apiVersion: ${apiVersion}`,
    `  kind: ${kind}`,
    ...(name === undefined ? [] : [`  name: ${name}`]),
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
  ];
}

/** A path without needless steps: `base/../x.yaml` is `x.yaml`. */
export function joinedPath(...parts: readonly string[]): string {
  const steps: string[] = [];
  const text = parts.filter((each) => each !== '').join('/');
  for (const step of text.split('/')) {
    if (step === '' || step === '.') continue;
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '..' || !text.startsWith('/')) steps.push(step);
  }
  const path = steps.join('/');
  return text.startsWith('/') ? `/${path}` : path === '' ? '.' : path;
}
