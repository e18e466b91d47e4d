/** Commands whose output differs from the real kubectl's, each with its reason. By transcript and command. */
export const exceptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  commands: {
    'kubectl get deploy web -o kyaml': 'texts of several lines are broken otherwise',
    'kubectl plugin list': 'the real one names the folders of PATH that it cannot read',
    'kubectl options': 'the default of --cache-dir is the folder of whoever runs it',
  },
};
