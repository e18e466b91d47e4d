import type { Program } from '../program.ts';
import type { ProgramEntry } from '../shell/execution.ts';
import { awk } from './awk/awk.ts';
import { diff } from './diff.ts';
import { grepProgram } from './grep.ts';
import { jq } from './jq/jq.ts';
import { sed } from './sed.ts';
import {
  base64,
  basename,
  clear,
  comm,
  date,
  dirname,
  editorProgram,
  hostname,
  pager,
  seq,
  tty,
  uname,
  whoami,
} from './small-tools.ts';
import { sort } from './sort.ts';
import {
  cat,
  column,
  cut,
  head,
  nl,
  paste,
  rev,
  tac,
  tail,
  tee,
  tr,
  uniq,
  wc,
} from './text-tools.ts';
import { yq } from './yq.ts';

function tool(name: string, about: string, run: Program): ProgramEntry {
  return { name, about, run };
}

/** The text tools, as programs. What runs other commands or moves files is part of the shell. */
export const TOOLS: readonly ProgramEntry[] = [
  tool('awk', 'patterns and actions over fields', awk),
  tool('gawk', 'awk', awk),
  tool('base64', 'encodes, -d decodes', base64),
  tool('basename', 'the last part of a path', basename),
  tool('cat', 'joins files', cat),
  tool('clear', 'an empty screen', clear),
  tool('column', 'aligns columns (-t)', column),
  tool('comm', 'compares two sorted files', comm),
  tool('cut', 'fields or characters of each line', cut),
  tool('date', "the cluster's time", date),
  tool('diff', 'differences of two files, unified', diff),
  tool('dirname', 'a path without its last part', dirname),
  tool('egrep', 'grep -E', grepProgram('egrep', 'E')),
  tool('fgrep', 'grep -F', grepProgram('fgrep', 'F')),
  tool('grep', 'lines that match', grepProgram('grep', 'G')),
  tool('head', 'the first lines', head),
  tool('hostname', "the machine's name", hostname),
  tool('jq', 'filters JSON', jq),
  tool('less', 'shows a text; the terminal itself scrolls', pager),
  tool('more', 'shows a text; the terminal itself scrolls', pager),
  tool('nano', 'edits a file', editorProgram('nano')),
  tool('nl', 'numbers lines', nl),
  tool('paste', 'lines side by side', paste),
  tool('rev', 'each line backwards', rev),
  tool('sed', 'edits a stream', sed),
  tool('seq', 'numbers', seq),
  tool('sort', 'sorts lines', sort),
  tool('tac', 'lines from the last to the first', tac),
  tool('tail', 'the last lines; -f goes on', tail),
  tool('tee', 'writes to files and on', tee),
  tool('tr', 'replaces characters', tr),
  tool('tty', 'whether this is a terminal', tty),
  tool('uname', 'the system', uname),
  tool('uniq', 'joins equal lines', uniq),
  tool('vi', 'edits a file', editorProgram('vi')),
  tool('vim', 'edits a file', editorProgram('vim')),
  tool('wc', 'counts lines, words and characters', wc),
  tool('whoami', 'who you are', whoami),
  tool('yq', 'filters YAML as jq does JSON', yq),
];
