import { assign, assignArray } from '../assign.ts';
import {
  complain,
  out,
  type BuiltinEntry,
  type Execution,
  type ShellCommand,
} from '../execution.ts';
import { elementsOf } from '../variables.ts';

interface DeclareMarks {
  readonly exported?: boolean;
  readonly readonly?: boolean;
  readonly keyed?: boolean;
  readonly array?: boolean;
  readonly unexport?: boolean;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Declares one argument, `name` or `name=value`. */
function declareOne(
  execution: Execution,
  argument: string,
  { command, marks, local }: { command: string; marks: DeclareMarks; local: boolean },
): boolean {
  const match = /^([^=+[]+)(?:(\+?)=([\s\S]*))?$/.exec(argument);
  const name = match?.[1] ?? argument;
  const value = match?.[3];
  if (!NAME.test(name)) {
    complain(execution, `${command}: \`${argument}': not a valid identifier`);
    return false;
  }
  const { variables } = execution;
  const isExported = variables.get(name)?.exported === true;
  if (local) variables.local(name);
  if (marks.keyed === true) variables.change(name, { keyed: true });
  if ((marks.array === true || marks.keyed === true) && value === undefined) {
    const old = variables.get(name)?.value;
    if (typeof old === 'string' || old === undefined) variables.set(name, new Map());
  }
  if (value?.startsWith('\0') === true) {
    const items = value.slice(1).split('\0').slice(0, -1);
    if (!assignArray(execution, name, items, match?.[2] === '+')) return false;
  } else if (value !== undefined) {
    const old = match?.[2] === '+' ? (variables.text(name) ?? '') : '';
    if (!assign(execution, name, old + value)) return false;
  }
  const { exported, readonly } = marks;
  if (exported === true || (local && isExported)) variables.change(name, { exported: true });
  if (marks.unexport === true) variables.change(name, { exported: false });
  if (readonly === true) variables.change(name, { readonly: true });
  return true;
}

function declarer(command: string, fixed: DeclareMarks): ShellCommand {
  return (args, execution) => {
    let marks = fixed;
    const names: string[] = [];
    let prints = args.length === 0;
    let global = false;
    for (const arg of args) {
      if (!arg.startsWith('-') || arg === '-') {
        names.push(arg);
        continue;
      }
      for (const letter of arg.slice(1)) {
        if (letter === 'x') marks = { ...marks, exported: true };
        else if (letter === 'r') marks = { ...marks, readonly: true };
        else if (letter === 'A') marks = { ...marks, keyed: true };
        else if (letter === 'a') marks = { ...marks, array: true };
        else if (letter === 'n' && command === 'export') marks = { ...marks, unexport: true };
        else if (letter === 'p') prints = true;
        else if (letter === 'g') global = true;
        else if (!'ilutfF'.includes(letter)) {
          complain(execution, `${command}: -${letter}: invalid option`);
          return 2;
        }
      }
    }
    if (prints && names.length === 0) return printAll(execution, command);
    if (prints) {
      for (const name of names) printOne(execution, name);
      return 0;
    }
    if (command === 'local' && execution.depth === 0) {
      complain(execution, 'local: can only be used in a function');
      return 1;
    }
    const local = command !== 'export' && command !== 'readonly' && !global && execution.depth > 0;
    let status = 0;
    for (const name of names)
      if (!declareOne(execution, name, { command, marks, local })) status = 1;
    return status;
  };
}

function printAll(execution: Execution, command: string): number {
  const { variables } = execution;
  for (const name of variables.names()) {
    const variable = variables.get(name);
    if (command === 'export' && variable?.exported !== true) continue;
    if (command === 'readonly' && variable?.readonly !== true) continue;
    printOne(execution, name);
  }
  return 0;
}

function printOne(execution: Execution, name: string): void {
  const variable = execution.variables.get(name);
  if (variable === undefined) {
    complain(execution, `declare: ${name}: not found`);
    return;
  }
  const isArray = typeof variable.value !== 'string';
  const letters =
    (variable.keyed ? 'A' : isArray ? 'a' : '') +
    (variable.readonly ? 'r' : '') +
    (variable.exported ? 'x' : '');
  const quote = (text: string): string => `"${text.replace(/[\\"$`]/g, '\\$&')}"`;
  const value = isArray
    ? `(${elementsOf(variable)
        .map(([key, text]) => `[${key}]=${quote(text)}`)
        .join(' ')})`
    : quote(String(variable.value));
  out(execution, `declare -${letters === '' ? '-' : letters} ${name}=${value}\n`);
}

const unset: ShellCommand = (args, execution) => {
  let status = 0;
  const onlyFunctions = args[0] === '-f';
  for (const name of args) {
    if (name === '-f' || name === '-v') continue;
    const element = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(name);
    if (element !== null) {
      const [, array = '', key = ''] = element;
      const elements = new Map(elementsOf(execution.variables.get(array)));
      elements.delete(key.replace(/^(['"])(.*)\1$/, '$2'));
      execution.variables.set(array, elements);
      continue;
    }
    if (onlyFunctions || execution.variables.get(name) === undefined)
      execution.functions.delete(name);
    else if (!execution.variables.unset(name)) {
      complain(execution, `unset: ${name}: cannot unset: readonly variable`);
      status = 1;
    }
  }
  return status;
};

const alias: ShellCommand = (args, execution) => {
  const { aliases } = execution.shell;
  let status = 0;
  const shown = args.length === 0 ? [...aliases.keys()] : args;
  for (const arg of shown) {
    const equals = arg.indexOf('=');
    if (equals > 0) {
      aliases.set(arg.slice(0, equals), arg.slice(equals + 1));
      continue;
    }
    const value = aliases.get(arg);
    if (value !== undefined) out(execution, `alias ${arg}='${value}'\n`);
    else {
      complain(execution, `alias: ${arg}: not found`);
      status = 1;
    }
  }
  return status;
};

const unalias: ShellCommand = (args, execution) => {
  let status = 0;
  for (const name of args) {
    if (name === '-a') execution.shell.aliases.clear();
    else if (!execution.shell.aliases.delete(name)) {
      complain(execution, `unalias: ${name}: not found`);
      status = 1;
    }
  }
  return status;
};

export const VARIABLE_COMMANDS: readonly (readonly [string, BuiltinEntry])[] = [
  [
    'export',
    { about: 'marks variables for programs', run: declarer('export', { exported: true }) },
  ],
  [
    'readonly',
    { about: 'marks variables as fixed', run: declarer('readonly', { readonly: true }) },
  ],
  ['local', { about: "a function's own variables", run: declarer('local', {}) }],
  ['declare', { about: 'declares variables and arrays', run: declarer('declare', {}) }],
  ['typeset', { about: 'declares variables and arrays', run: declarer('declare', {}) }],
  ['unset', { about: 'forgets variables and functions', run: unset }],
  ['alias', { about: 'a short name for a command', run: alias }],
  ['unalias', { about: 'forgets an alias', run: unalias }],
];
