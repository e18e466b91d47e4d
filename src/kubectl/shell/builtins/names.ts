/** What the shell itself offers, for `help`, `type` and completion. */
export interface AboutCommand {
  readonly about: string;
  /** A program elsewhere; here it is part of the shell, because it runs commands or moves files. */
  readonly isProgram: boolean;
}

const PROGRAMS = `bash:runs a script, or -c a text
sh:runs a script, or -c a text
xargs:makes command lines of its input
watch:runs a command again and again on a fresh screen
env:shows or changes the environment of a command
printenv:shows the environment
timeout:ends a command after some simulated time
sleep:waits for some simulated time
nohup:runs a command
ssh:a shell on one of the cluster's machines
sudo:runs a command; you are root already
yes:prints y until it is ended
which:where a program is
man:one line about a command
ls:what lies in a folder
mkdir:makes folders
rmdir:removes empty folders
rm:removes files and folders
mv:moves files
cp:copies files
touch:makes empty files
find:finds files by name
chmod:accepted; files have no modes here
mktemp:makes a file with a fresh name`;

const BUILTINS = `cd:goes to another folder
pwd:the folder you are in
echo:prints its arguments
printf:prints after a format
read:reads a line into variables
mapfile:reads lines into an array
readarray:reads lines into an array
getopts:takes a script's options apart
export:marks variables for programs
readonly:marks variables as fixed
local:a function's own variables
declare:declares variables and arrays
typeset:declares variables and arrays
unset:forgets variables and functions
alias:a short name for a command
unalias:forgets an alias
set:options (-e -u -x -o pipefail) and positional parameters
shift:drops positional parameters
test:checks a condition
[:checks a condition
true:succeeds
false:fails
source:runs a file in this shell
.:runs a file in this shell
eval:runs its arguments as a command
exec:replaces the shell, or redirects it
exit:ends the shell
logout:ends the shell
return:leaves a function
break:leaves a loop
continue:next round of a loop
trap:what to run on EXIT or INT
let:arithmetic
command:runs a command past its functions
builtin:runs a command of the shell
type:what a name means
help:this list
history:the lines typed before
jobs:what runs in the background
wait:waits for what runs in the background
kill:ends a job by number (%1) or pid
fg:brings a job to the foreground
bg:jobs run in the background anyhow
hash:accepted
umask:accepted
ulimit:accepted
shopt:accepted`;

function entries(text: string, isProgram: boolean): (readonly [string, AboutCommand])[] {
  return text.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), { about: line.slice(colon + 1), isProgram }];
  });
}

export const ABOUT: ReadonlyMap<string, AboutCommand> = new Map([
  ...entries(PROGRAMS, true),
  ...entries(BUILTINS, false),
]);
