import { stringifyYamlDocuments } from '../../../api/manifest/stringify.ts';
import { fail, failUsage, failVerbatim } from '../failure.ts';
import { buildKustomization } from '../kustomize/kustomize.ts';
import type { Session } from '../session.ts';

/** kubectl kustomize: prints what a kustomization builds. */
export async function kustomize(session: Session): Promise<void> {
  const { args, flags, io, out } = session;
  if (args.length > 1) fail('specify one path to kustomization.yaml');
  const text = stringifyYamlDocuments(buildKustomization(session, args[0] ?? '.', true));
  const target = flags.text('output');
  if (target === '') out(text);
  else io.files.write(io.files.resolve(target), text);
}

/** kubectl plugin list: there are none. */
export async function pluginList(): Promise<void> {
  fail('unable to find any kubectl plugins in your PATH');
}

/** kubectl completion: the terminal of the page completes by itself. */
export async function completion({ args }: Session): Promise<void> {
  const [shell] = args;
  if (shell === undefined)
    fail("Shell not specified.\nSee 'kubectl completion -h' for help and examples");
  if (!['bash', 'zsh', 'fish', 'powershell'].includes(shell)) {
    fail(
      `Unsupported shell type ${JSON.stringify(shell)}.\nSee 'kubectl completion -h' for help and examples`,
    );
  }
  if (args.length > 1) {
    failUsage('kubectl completion', 'Too many arguments. Expected only the shell type.');
  }
  failVerbatim('this terminal completes kubectl by itself: press Tab');
}
