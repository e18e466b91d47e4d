import type { BuiltinEntry } from '../execution.ts';
import { CONTROL } from './control.ts';
import { FILE_COMMANDS } from './file-commands.ts';
import { JOB_COMMANDS } from './job-commands.ts';
import { LOOK_UP } from './look-up.ts';
import { READING } from './reading.ts';
import { RUNNING } from './running.ts';
import { VARIABLE_COMMANDS } from './variable-commands.ts';

/** The commands that are part of the shell. */
export const BUILTINS: ReadonlyMap<string, BuiltinEntry> = new Map([
  ...CONTROL,
  ...VARIABLE_COMMANDS,
  ...READING,
  ...FILE_COMMANDS,
  ...JOB_COMMANDS,
  ...RUNNING,
  ...LOOK_UP,
]);
