import type { Page } from '../page.tsx';
import { revealLeft } from '../state/reveal-left.ts';
import type { ActionContext, Outcome } from './action.ts';
import { runAct } from './run-action.ts';

/** Applies a template of the gallery as the editor would, and opens it there. Loaded when first used. */
export async function deployTemplate(page: Page, id: string): Promise<void> {
  const { GALLERY } = await import('../../scenarios/gallery.ts');
  const template = GALLERY.find((each) => each.id === id);
  if (template === undefined) return;
  revealLeft('manifests');
  const { openDraft } = await import('../editor/draft-store.ts');
  openDraft(template.manifest);
  await runAct(page, {
    label: `Apply ${template.title}`,
    targets: [],
    command: 'kubectl apply -f -',
    run: (context) => applyText(context, template.manifest),
  });
}

async function applyText(context: ActionContext, text: string): Promise<Outcome> {
  const { applyManifest } = await import('../editor/apply-manifest.ts');
  const client = { request: context.client.api };
  const { results, problems } = await applyManifest(client, text, 'default', (result) =>
    context.progress(`${result.label} ${result.verdict}`),
  );
  const refused = results.find((result) => result.verdict === 'refused');
  const problem = problems.find((each) => each.severity === 'error');
  if (refused !== undefined || problem !== undefined) {
    return { ok: false, message: refused?.message ?? problem?.message ?? '' };
  }
  return {
    ok: true,
    message: results.map((result) => `${result.label} ${result.verdict}`).join(', '),
  };
}
