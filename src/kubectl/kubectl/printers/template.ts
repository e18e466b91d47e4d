import { goText, goTypeName } from '../../../api/jsonpath/values.ts';
import type { JsonValue } from '../../../api/generated/types.ts';
import { isFields } from '../objects.ts';
import { callFunction, isTrue, TemplateError } from './template-functions.ts';
import {
  parseTemplate,
  type Command,
  type Expression,
  type Node,
  type Pipeline,
  type Template,
} from './template-parser.ts';

export { parseTemplate };

interface Scope {
  readonly variables: Map<string, { value: unknown }>;
  readonly parent: Scope | undefined;
}

interface Run {
  readonly root: unknown;
  readonly text: string;
  readonly allowMissing: boolean;
  readonly defined: ReadonlyMap<string, readonly Node[]>;
  out: string;
}

type Place = { readonly source: string; readonly at: number };

class LoopControl {
  readonly kind: 'break' | 'continue';
  constructor(kind: 'break' | 'continue') {
    this.kind = kind;
  }
}

/** Runs a parsed template over decoded JSON (Go's text/template, the functions that kubectl adds included). */
export function executeTemplate(
  template: Template,
  data: unknown,
  allowMissing: boolean,
): { readonly text: string; readonly error?: string } {
  const { text, defined } = template;
  const run: Run = { root: data, text, allowMissing, defined, out: '' };
  const scope: Scope = { variables: new Map([['$', { value: data }]]), parent: undefined };
  try {
    walk(template.nodes, data, scope, run);
    return { text: run.out };
  } catch (error) {
    if (error instanceof TemplateError) return { text: run.out, error: error.message };
    throw error;
  }
}

function walk(nodes: readonly Node[], dot: unknown, scope: Scope, run: Run): void {
  for (const node of nodes) walkNode(node, dot, scope, run);
}

function inner(scope: Scope): Scope {
  return { variables: new Map(), parent: scope };
}

function walkNode(node: Node, dot: unknown, scope: Scope, run: Run): void {
  switch (node.type) {
    case 'text':
      run.out += node.text;
      return;
    case 'action': {
      const value = evaluatePipeline(node.pipeline, dot, scope, run);
      if (node.pipeline.declares.length === 0) run.out += printed(value);
      return;
    }
    case 'if':
    case 'with': {
      const own = inner(scope);
      const value = evaluatePipeline(node.pipeline, dot, own, run);
      if (isTrue(value)) walk(node.then, node.type === 'with' ? value : dot, own, run);
      else walk(node.otherwise, dot, own, run);
      return;
    }
    case 'range':
      walkRange(node, dot, scope, run);
      return;
    case 'template': {
      const body = run.defined.get(node.name);
      if (body === undefined) {
        throw errorAt(run, node.place, `template "${node.name}" not defined`);
      }
      const value =
        node.pipeline === undefined ? undefined : evaluatePipeline(node.pipeline, dot, scope, run);
      walk(body, value, { variables: new Map([['$', { value }]]), parent: undefined }, run);
      return;
    }
    case 'break':
    case 'continue':
      throw new LoopControl(node.type);
  }
}

function walkRange(
  node: Extract<Node, { then: unknown }>,
  dot: unknown,
  scope: Scope,
  run: Run,
): void {
  const own = inner(scope);
  const value = evaluatePipeline({ ...node.pipeline, declares: [] }, dot, own, run);
  const entries: [unknown, unknown][] = Array.isArray(value)
    ? value.map((each, index) => [index, each])
    : typeof value === 'number'
      ? Array.from({ length: Math.max(0, value) }, (_, index) => [index, index])
      : isFields(value)
        ? Object.keys(value)
            .sort()
            .map((key) => [key, value[key]])
        : [];
  if (typeof value === 'string' || typeof value === 'boolean') {
    throw new TemplateError(`range can't iterate over ${printed(value)}`);
  }
  if (entries.length === 0) {
    walk(node.otherwise, dot, own, run);
    return;
  }
  const names = node.pipeline.declares;
  for (const [key, each] of entries) {
    const turn = inner(own);
    const [first, second] = names;
    if (first !== undefined) {
      turn.variables.set(first, { value: second === undefined ? each : key });
    }
    if (second !== undefined) turn.variables.set(second, { value: each });
    try {
      walk(node.then, each, turn, run);
    } catch (error) {
      if (!(error instanceof LoopControl)) throw error;
      if (error.kind === 'break') return;
    }
  }
}

function evaluatePipeline(pipeline: Pipeline, dot: unknown, scope: Scope, run: Run): unknown {
  let value: unknown;
  let isFirst = true;
  for (const command of pipeline.commands) {
    value = evaluateCommand(command, dot, scope, run, isFirst ? [] : [value]);
    isFirst = false;
  }
  for (const name of pipeline.declares) {
    if (pipeline.assigns) {
      const variable = lookup(scope, name);
      if (variable === undefined) throw new TemplateError(`undefined variable: ${name}`);
      variable.value = value;
    } else scope.variables.set(name, { value });
  }
  return value;
}

function lookup(scope: Scope, name: string): { value: unknown } | undefined {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) {
    const found = each.variables.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function evaluateCommand(
  command: Command,
  dot: unknown,
  scope: Scope,
  run: Run,
  piped: readonly unknown[],
): unknown {
  const [head, ...rest] = command;
  if (head === undefined) return undefined;
  if (head.type === 'function') {
    const { name } = head;
    // These two look at no more than decides.
    if (name === 'and' || name === 'or') {
      let value: unknown;
      for (const each of [
        ...rest.map((part) => () => evaluate(part, dot, scope, run)),
        ...piped.map((part) => () => part),
      ]) {
        value = each();
        if (isTrue(value) === (name === 'or')) return value;
      }
      return value;
    }
    const args = rest.map((each) => evaluate(each, dot, scope, run));
    try {
      refuseUnlike(name, args, rest);
      return callFunction(name, [...args, ...piped]);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const source = command.map((each) => each.source).join(' ');
      throw errorAt(run, { source, at: head.at }, error.message);
    }
  }
  if (rest.length > 0 || piped.length > 0) {
    throw new TemplateError(`can't give argument to non-function ${head.source}`);
  }
  return evaluate(head, dot, scope, run);
}

const comparisons: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

/** Values of two kinds are not compared, not even two kinds of numbers. Numbers of the template itself are Go's int. */
function refuseUnlike(name: string, args: readonly unknown[], given: readonly Expression[]): void {
  if (!comparisons.has(name)) return;
  const types = args.map((value, index) => {
    const type = goTypeName(value as JsonValue);
    return type === 'int64' && given[index]?.type === 'literal' ? 'int' : type;
  });
  const kindOfType = (type: string): string => (type === 'int' ? 'int64' : type);
  const [first = ''] = types;
  for (const other of types.slice(1)) {
    if (kindOfType(first) === kindOfType(other) || [first, other].includes('<nil>')) continue;
    throw new TemplateError(
      `error calling ${name}: incompatible types for comparison: ${first} and ${other}`,
    );
  }
}

function evaluate(expression: Expression, dot: unknown, scope: Scope, run: Run): unknown {
  switch (expression.type) {
    case 'literal':
      return expression.value;
    case 'dot':
      return fieldsOf(dot, expression.fields, expression, run);
    case 'variable': {
      const variable = lookup(scope, expression.name);
      if (variable === undefined) throw new TemplateError(`undefined variable: ${expression.name}`);
      return fieldsOf(variable.value, expression.fields, expression, run);
    }
    case 'group':
      return fieldsOf(
        evaluatePipeline(expression.pipeline, dot, scope, run),
        expression.fields,
        expression,
        run,
      );
    case 'function':
      return callFunction(expression.name, []);
  }
}

/** What a missing key is; it prints `<no value>`. */
/** An error with its place, in the words of text/template. */
function errorAt(run: Run, { source, at }: Place, message: string): TemplateError {
  const before = run.text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1);
  return new TemplateError(
    `output:${line}:${column}: executing "output" at <${source}>: ${message}`,
  );
}

function fieldsOf(start: unknown, fields: readonly string[], place: Place, run: Run): unknown {
  let value = start;
  for (const field of fields) {
    if (value === undefined || value === null) {
      throw errorAt(run, place, `nil data; no entry for key "${field}"`);
    }
    if (!isFields(value)) {
      throw errorAt(run, place, `can't evaluate field ${field} in type interface {}`);
    }
    if (!Object.hasOwn(value, field)) {
      if (run.allowMissing) return undefined;
      throw errorAt(run, place, `map has no entry for key "${field}"`);
    }
    value = value[field];
  }
  return value;
}

/** A value as the template prints it. */
export function printed(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  return goText(value as JsonValue);
}
