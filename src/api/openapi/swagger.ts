import { isList, isObject } from '../patch/json.ts';

/**
 * OpenAPI v2, the older form, as one document made of those of v3: references lead to `definitions`, bodies are
 * parameters, and a type of several possible ones is a text with a format.
 */

type Fields = Readonly<Record<string, unknown>>;

export interface SwaggerDocument {
  readonly swagger: '2.0';
  readonly paths: Fields;
  readonly definitions: Fields;
  readonly [field: string]: unknown;
}

/** The document at `/openapi/v2`. `parts` are the documents of v3, of all groups and versions. */
export function swaggerDocument(parts: readonly unknown[], release: string): SwaggerDocument {
  const paths: Record<string, unknown> = {};
  const definitions: Record<string, unknown> = {};
  for (const part of parts) {
    for (const [path, item] of Object.entries(fieldsOf(part, 'paths'))) {
      if (isObject(item)) paths[path] = pathItem(item);
    }
    for (const [name, schema] of Object.entries(
      fieldsOf(fieldsOf(part, 'components'), 'schemas'),
    )) {
      definitions[name] ??= schemaOf(schema);
    }
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: release },
    paths,
    definitions,
    securityDefinitions: {
      BearerToken: {
        description: 'Bearer Token authentication',
        type: 'apiKey',
        name: 'authorization',
        in: 'header',
      },
    },
    security: [{ BearerToken: [] }],
  };
}

function fieldsOf(value: unknown, name: string): Fields {
  const field = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isObject(field) ? field : {};
}

function pathItem(item: Fields): Fields {
  const own: Record<string, unknown> = {};
  for (const [method, operation] of Object.entries(item)) {
    own[method] = isList(operation) ? operation.map(parameterOf) : operationOf(operation as Fields);
  }
  return own;
}

function operationOf({ parameters, requestBody, responses, ...rest }: Fields): Fields {
  const content = fieldsOf(requestBody, 'content');
  const [first] = Object.values(content);
  const body =
    first === undefined
      ? []
      : [{ name: 'body', in: 'body', required: true, schema: schemaOf(fieldsOf(first, 'schema')) }];
  return {
    ...rest,
    consumes: first === undefined ? ['*/*'] : Object.keys(content),
    produces: ['application/json'],
    schemes: ['https'],
    parameters: [...body, ...(isList(parameters) ? parameters.map(parameterOf) : [])],
    responses: Object.fromEntries(
      Object.entries(isObject(responses) ? responses : {}).map(([code, answer]) => [
        code,
        responseOf(answer as Fields),
      ]),
    ),
  };
}

function parameterOf(parameter: unknown): unknown {
  if (!isObject(parameter)) return parameter;
  const { schema, ...rest } = parameter;
  return isObject(schema) ? { ...rest, ...schema } : parameter;
}

function responseOf({ content, ...rest }: Fields): Fields {
  const [first] = Object.values(isObject(content) ? content : {});
  return first === undefined ? rest : { ...rest, schema: schemaOf(fieldsOf(first, 'schema')) };
}

const OLD = '#/components/schemas/';

function schemaOf(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const { allOf, oneOf, ...rest } = schema;
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (name === '$ref' && typeof value === 'string' && value.startsWith(OLD)) {
      own[name] = `#/definitions/${value.slice(OLD.length)}`;
    } else if (name === 'properties' && isObject(value)) {
      own[name] = Object.fromEntries(
        Object.entries(value).map(([each, property]) => [each, schemaOf(property)]),
      );
    } else if (name === 'items' || name === 'additionalProperties') own[name] = schemaOf(value);
    // What v2 has no word for, and of which upstream makes nothing either.
    else if (name !== 'nullable' && name !== 'anyOf' && name !== 'not') own[name] = value;
  }
  if (isList(allOf) && allOf.length === 1) Object.assign(own, schemaOf(allOf[0]));
  if (isList(oneOf) && own['type'] === undefined) own['type'] = 'string';
  return own;
}
