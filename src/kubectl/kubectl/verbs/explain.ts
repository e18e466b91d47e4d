import { swaggerDocument } from '../../../api/openapi/swagger.ts';
import { groupVersionOf, resourceByKind, resourcesNamed, type Resource } from '../discovery.ts';
import { createExplainer } from '../explain/plaintext.ts';
import { explainOldStyle } from '../explain/plaintext-openapiv2.ts';
import { fail, failVerbatim } from '../failure.ts';
import { fieldsAt, listAt, textAt } from '../objects.ts';
import type { Session } from '../session.ts';

/** kubectl explain: what a type and its fields are for, from the server's OpenAPI documents. */
export async function explain(session: Session): Promise<void> {
  const { args, flags } = session;
  const [path] = args;
  if (path === undefined) {
    fail(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  }
  if (args.length > 1) fail('We accept only this format: explain RESOURCE');
  const output = flags.text('output');
  const isOldStyle = output === 'plaintext-openapiv2';
  const { resource, fields } = await targetOf(session, path);
  const version = flags.text('api-version');
  if (version.split('/').length > 2) fail(`unexpected GroupVersion string: ${version}`);
  if (isOldStyle) return explainOld(session, { resource, fields, version });
  const group =
    version === '' ? resource.group : version.includes('/') ? (version.split('/')[0] ?? '') : '';
  const asked = {
    group,
    version: version === '' ? resource.version : version.slice(version.indexOf('/') + 1),
    name: resource.name,
  };
  const document = await documentOf(session, asked);
  if (output !== 'plaintext') fail(`unrecognized format: ${output}`);
  const kind = kindOf(document, asked);
  if (kind === '') {
    fail(
      `GVR (${asked.group}/${asked.version}, Resource=${asked.name}) not found in OpenAPI schema`,
    );
  }
  const schemas = fieldsAt(document, 'components', 'schemas');
  if (asked.group !== '') session.out(`GROUP:      ${asked.group}\n`);
  session.out(`KIND:       ${kind}\nVERSION:    ${asked.version}\n\n`);
  const explainer = createExplainer(schemas, flags.bool('recursive'));
  session.out(explainer(schemaFor(schemas, { ...asked, kind }), fields));
}

interface Asked {
  readonly group: string;
  readonly version: string;
  readonly name: string;
}

/** The kind that the operations of a resource are about; empty when the document has none. */
function kindOf(document: unknown, { group, version, name }: Asked): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  for (const place of [`${root}/${name}`, `${root}/namespaces/{namespace}/${name}`]) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
      const found = textAt(
        document,
        'paths',
        place,
        method,
        'x-kubernetes-group-version-kind',
        'kind',
      );
      if (found !== '') return found;
    }
  }
  return '';
}

/** The schema of a kind among those of a document. */
function schemaFor(
  schemas: Readonly<Record<string, unknown>>,
  wanted: { readonly group: string; readonly version: string; readonly kind: string },
): unknown {
  return Object.values(schemas).find((schema) =>
    listAt(schema, 'x-kubernetes-group-version-kind').some(
      (each) =>
        textAt(each, 'kind') === wanted.kind &&
        textAt(each, 'group') === wanted.group &&
        textAt(each, 'version') === wanted.version,
    ),
  );
}

/** `--output=plaintext-openapiv2`: from the document that holds every type at once. */
async function explainOld(
  session: Session,
  { resource, fields, version }: { resource: Resource; fields: readonly string[]; version: string },
): Promise<void> {
  const apiVersion = version === '' ? groupVersionOf(resource) : version;
  const [first = '', second] = apiVersion.split('/');
  const asked = {
    group: second === undefined ? '' : first,
    version: second ?? first,
    kind: resource.kind,
  };
  const shown = `${asked.group}/${asked.version}, Kind=${asked.kind}`;
  const known = resourceByKind(await session.discovery(), apiVersion, resource.kind);
  if (known === undefined) fail(`couldn't find resource for ${JSON.stringify(shown)}`);
  const document = swaggerDocument([await documentOf(session, known)], '');
  const root = schemaFor(document.definitions, asked);
  if (root === undefined) fail(`couldn't find resource for ${JSON.stringify(shown)}`);
  const isRecursive = session.flags.bool('recursive');
  session.out(
    explainOldStyle(document.definitions, root, {
      fields,
      kind: asked.kind,
      apiVersion,
      isRecursive,
    }),
  );
}

/**
 * What a word of the command line means. Of several resources of a name, the one whose name with its group begins the word
 * wins, else the first. (Upstream: SplitAndParseResourceRequestWithMatchingPrefix.)
 */
async function targetOf(
  session: Session,
  path: string,
): Promise<{ resource: Resource; fields: readonly string[] }> {
  const parts = path.replace(/\.$/, '').split('.');
  const [type = '', ...rest] = parts.filter((part) => part !== '');
  if (type === '') fail('a resource must be present, got: /, Resource=');
  const found = resourcesNamed(await session.discovery(), type);
  const [first] = found;
  if (first === undefined) {
    return failVerbatim(`the server doesn't have a resource type ${JSON.stringify(type)}`);
  }
  if (session.flags.text('api-version') !== '') return { resource: first, fields: rest };
  for (const each of found) {
    const full = each.group === '' ? each.name : `${each.name}.${each.group}`;
    if (!path.startsWith(full)) continue;
    const fields = path.slice(full.length).replace(/\.$/, '').split('.').slice(1);
    return { resource: each, fields: fields.filter((part) => part !== '') };
  }
  return { resource: first, fields: rest };
}

/** The document of a group and version; without one there is nothing to tell. */
async function documentOf(session: Session, { group, version, name }: Asked): Promise<unknown> {
  const key = group === '' ? `api/${version}` : `apis/${group}/${version}`;
  const index = await session.get('/openapi/v3');
  const url = textAt(index, 'paths', key, 'serverRelativeURL');
  if (url === '') fail(`couldn't find resource for "${group}/${version}, Resource=${name}"`);
  const document = await session.get(url);
  return typeof document === 'string' ? (JSON.parse(document) as unknown) : document;
}
