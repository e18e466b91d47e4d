import type { Page } from '@playwright/test';
import { createTerminal } from './support/terminal.ts';
import { expect, test } from './support/test.ts';

/** The terminal where kubectl edits, explains, watches, acts as others and speaks with containers. */

/** What a person does to a text in the editor that a command has opened. */
async function editText(page: Page, change: (text: string) => string): Promise<void> {
  const sheet = page.getByRole('dialog', { name: /^Edit / });
  await expect(sheet.locator('.monaco-editor .view-line').first()).toBeVisible();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+c');
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toContain('apiVersion');
  const text = await page.evaluate(() => navigator.clipboard.readText());
  await page.evaluate((edited) => navigator.clipboard.writeText(edited), change(text));
  await page.keyboard.press('ControlOrMeta+v');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(sheet).toBeHidden();
}

test('edit, explain, watch, and the rights of others', async ({ playground, page }) => {
  const terminal = createTerminal(page);
  await terminal.open();

  await test.step('edit opens the editor, and Save goes on', async () => {
    await terminal.run('kubectl create deployment web --image=nginx --replicas=1');
    await terminal.says('deployment.apps/web created');
    await terminal.run('kubectl edit deployment web');
    await editText(page, (text) => text.replace('replicas: 1', 'replicas: 3'));
    await terminal.says('deployment.apps/web edited');
    await expect(playground.map.pods('web-')).toHaveCount(3);
    await terminal.run('clear; kubectl get deployment web -o jsonpath="{.spec.replicas} wanted"');
    await terminal.says('3 wanted');
  });

  await test.step('what is left as it was is not written', async () => {
    await terminal.run('clear; kubectl edit deployment web');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await terminal.says('Edit cancelled, no changes made.');
  });

  await test.step('explain shows every field below', async () => {
    await terminal.run('clear; kubectl explain deployment.spec.strategy --recursive');
    await terminal.says('FIELD: strategy <DeploymentStrategy>');
    await terminal.says(/rollingUpdate\s+<RollingUpdateDeployment>\n\s+maxSurge\s+<IntOrString>/);
  });

  await test.step('get -w prints what happens elsewhere', async () => {
    await terminal.run('clear; kubectl get deployment web -w');
    await expect(terminal.busy).toBeVisible();
    await terminal.openTab();
    await terminal.run('kubectl scale deployment web --replicas=4');
    await terminal.says('deployment.apps/web scaled');
    await terminal.showTab(0);
    await terminal.says(/web +4\/4/);
    await terminal.busy.press('Control+c');
    await expect(terminal.line).toBeVisible();
  });

  await test.step('somebody else may do what their roles say', async () => {
    await terminal.run('clear; kubectl get pods --as jane');
    await terminal.says(
      'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    await terminal.run(
      'clear; kubectl create role reader --verb=get,list --resource=pods; kubectl create rolebinding jane --role=reader --user=jane; kubectl auth can-i list pods --as jane; kubectl get pods --as jane --no-headers | wc -l; kubectl delete pod --all --as jane',
    );
    await terminal.says('rolebinding.rbac.authorization.k8s.io/jane created\nyes\n4');
    await terminal.says(/User "jane" cannot delete resource "pods"/);
  });
});

test('containers for debugging, terminals in them, files and forwarded ports', async ({
  playground,
  page,
}) => {
  const terminal = createTerminal(page);
  await terminal.open();
  await terminal.run('kubectl run web --image=nginx --port=80');
  await terminal.run('kubectl wait --for=condition=Ready pod/web --timeout=60s');
  await terminal.says('pod/web condition met');

  await test.step('debug -it: a shell beside the server, which it sees', async () => {
    await terminal.run(
      'clear; kubectl debug -it web --image=busybox:1.36 --target=web --profile=general -c dbg',
    );
    await terminal.says("If you don't see a command prompt, try pressing enter.");
    await terminal.says('/ #');
    await terminal.type('ps');
    await terminal.says(/1 root +0:00 nginx/);
    await terminal.type('sleep 9999');
    await terminal.busy.press('Control+c');
    await terminal.type('echo al""ive');
    await terminal.says('alive');
    await terminal.type('exit');
    await terminal.says('Session ended, the ephemeral container will not be restarted');
    await playground.map.pods('web').first().click();
    await expect(page.getByRole('heading', { name: 'Containers for debugging' })).toBeVisible();
  });

  await test.step('cp, there and back', async () => {
    await terminal.run(
      'clear; echo "<h1>mine</h1>" > page.html; kubectl cp page.html web:/usr/share/nginx/html/mine.html -c web; kubectl cp web:/usr/share/nginx/html/mine.html back.html -c web; cat back.html',
    );
    await terminal.says('<h1>mine</h1>');
  });

  await test.step('port-forward in one tab, curl in another', async () => {
    await terminal.run('clear; kubectl port-forward pod/web 8080:80');
    await terminal.says('Forwarding from 127.0.0.1:8080 -> 80');
    await terminal.openTab();
    await terminal.run('curl -s http://localhost:8080/mine.html');
    await terminal.says('<h1>mine</h1>');
    await terminal.showTab(0);
    await terminal.says('Handling connection for 8080');
    await terminal.busy.press('Control+c');
    await terminal.run('clear; curl -sS http://localhost:8080; echo ended=$?');
    await terminal.says('ended=7');
  });

  await test.step('in the background, until its Pod goes', async () => {
    await terminal.run('clear; kubectl port-forward pod/web 8081:80 &');
    await terminal.says('Forwarding from 127.0.0.1:8081 -> 80');
    await terminal.run('curl -s localhost:8081 | grep -c title; jobs');
    await terminal.says(/1\n\[1\]\+ +Running +kubectl port-forward/);
    await terminal.run('kubectl delete pod web --now; curl -s localhost:8081');
    await terminal.says('error: lost connection to pod');
  });
});

test('other amounts for a running container', async ({ playground, page }) => {
  const terminal = createTerminal(page);
  await terminal.open();
  await terminal.run('kubectl run web --image=nginx');
  await terminal.run(
    `kubectl run app --image=nginx --overrides='{"spec":{"containers":[{"name":"app","image":"nginx","resources":{"requests":{"cpu":"100m"},"limits":{"cpu":"200m"}}}]}}'`,
  );
  await terminal.run('kubectl wait --for=condition=Ready pod/app --timeout=60s');
  await terminal.says('pod/app condition met');
  await terminal.run(
    `clear; kubectl patch pod app --subresource resize -p '{"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"900"},"limits":{"cpu":"900"}}}]}}'`,
  );
  await terminal.says('pod/app patched');
  await playground.map.pods('app').first().click();
  await expect(page.getByText('cpu 100m → cpu 900')).toBeVisible();
  await expect(page.getByText('PodResizePending')).toBeVisible();
  await terminal.run(
    `kubectl patch pod app --subresource resize -p '{"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"150m"},"limits":{"cpu":"300m"}}}]}}'`,
  );
  await expect(page.getByText('cpu 150m', { exact: true })).toBeVisible();
  await expect(page.getByText('PodResizePending')).toBeHidden();
});
