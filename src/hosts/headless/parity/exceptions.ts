/**
 * Commands whose output differs from the real kubectl's, each with its reason: by transcript, and those of `commands.txt`
 * under `commands`. README tells of them in "What is simulated and what is not".
 */
export const exceptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  commands: {
    'kubectl plugin list': 'the real one names the folders of PATH that it cannot read',
    'kubectl options': 'the default of --cache-dir is the folder of whoever runs it',
    'kubectl set image -f app.yaml web=nginx:9 --local -o yaml':
      'of an object that no server has seen, the real one prints empty fields that its Go types always write (`status: {}`)',
    "kubectl patch deploy web -p '{bad'":
      'a patch that is no JSON is found before it is sent, in the words of our own reader',
  },
};
