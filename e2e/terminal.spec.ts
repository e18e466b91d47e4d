import { readFileSync } from 'node:fs';
import { createTerminal } from './support/terminal.ts';
import { expect, test } from './support/test.ts';

test('commands, pipes and the keys of a shell', async ({ playground, page }) => {
  const terminal = createTerminal(page);
  await terminal.open();

  await test.step('kubectl acts on the cluster that the canvas shows', async () => {
    await terminal.run('kubectl create deployment web --image=nginx --replicas=2');
    await expect(terminal.screen).toContainText('deployment.apps/web created');
    await expect(playground.map.pods('web-').first()).toBeVisible();
  });

  await test.step('a pipeline of tools', async () => {
    await terminal.run(
      "kubectl get nodes --no-headers | awk '{print $1}' | grep node | sort -r | head -1",
    );
    await expect(terminal.screen).toContainText('node-3');
    await terminal.run('kubectl get deploy web -o json | jq .spec.replicas | sed "s/^/replicas=/"');
    await expect(terminal.screen).toContainText('replicas=2');
  });

  await test.step('what is wrong is said as bash says it', async () => {
    await terminal.run('foo; echo status=$?');
    await expect(terminal.screen).toContainText('bash: foo: command not found');
    await expect(terminal.screen).toContainText('status=127');
  });

  await test.step('a watch prints as it comes, until Ctrl-C', async () => {
    await terminal.run('kubectl get pods -w | grep web');
    await expect(terminal.busy).toBeVisible();
    await expect(terminal.screen).toContainText(/web-\S+ +\d\/1/);
    await terminal.busy.press('Control+c');
    await expect(terminal.screen).toContainText('^C');
    await terminal.run('echo again=$?');
    await expect(terminal.screen).toContainText('again=130');
  });

  await test.step('an endless loop does not hang the page', async () => {
    await terminal.run('while true; do :; done');
    await expect(terminal.busy).toBeVisible();
    await terminal.busy.press('Control+c');
    await expect(terminal.line).toBeVisible();
  });

  await test.step('sleep follows the simulated clock', async () => {
    // At twenty times the speed this is less than a second.
    await terminal.run('sleep 12; echo sl""ept');
    await expect(terminal.screen).toContainText('slept');
  });

  await test.step('completion and history', async () => {
    await terminal.line.fill('kubectl scale deployment w');
    await terminal.line.press('Tab');
    await expect(terminal.line).toHaveValue('kubectl scale deployment web ');
    await terminal.line.press('Control+u');
    await terminal.line.press('ArrowUp');
    await expect(terminal.line).toHaveValue('sleep 12; echo sl""ept');
    await terminal.line.press('Control+u');
    await terminal.line.press('Control+r');
    await page.keyboard.type('create dep');
    await page.keyboard.press('Enter');
    await expect(terminal.line).toHaveValue(/^kubectl create deployment web/);
    await terminal.line.press('Control+u');
  });
});

const SCRIPT = `#!/bin/bash
set -euo pipefail
check() {
  if "\${@:2}" > /tmp/out; then echo "ok: $1"; else echo "bad: $1"; fi
}
check nodes kubectl get nodes
check nothing test -f /nonexistent
for node in $(kubectl get nodes -o name | sort); do
  printf '%s\\n' "seen \${node#node/}"
done
cat <<END | sort -r | tr a-z A-Z
first
second
END
exit 3
`;

test('a pasted script runs as a whole; files and history outlive a reload', async ({
  playground,
  page,
}) => {
  const terminal = createTerminal(page);
  await terminal.open();
  await terminal.paste(SCRIPT);
  for (const said of ['ok: nodes', 'bad: nothing', 'seen node-3', 'SECOND\nFIRST'])
    await expect.poll(() => terminal.screen.innerText()).toContain(said);
  await terminal.run('echo ended=$?; mkdir notes; cd notes; echo kept > file; x=remembered');
  await expect(terminal.screen).toContainText('ended=3');
  // Written a moment after the command.
  await expect
    .poll(() => page.evaluate(() => localStorage.getItem('kubarium.terminal-files') ?? ''))
    .toContain('kept');

  await playground.reload();
  await expect(terminal.line).toBeVisible();
  await terminal.run('pwd; cat file; echo $x');
  await expect.poll(() => terminal.screen.innerText()).toContain('/root/notes\nkept\nremembered');
  await terminal.line.press('ArrowUp');
  await terminal.line.press('ArrowUp');
  await expect(terminal.line).toHaveValue(/^echo ended=/);
});

const HEALTH_CHECK = readFileSync(
  new URL('../src/hosts/machines/testdata/health-check.sh', import.meta.url),
  'utf8',
);

test('the machines behind ssh, and an operator’s health check', async ({
  playground: _opened,
  page,
}) => {
  const terminal = createTerminal(page);
  await terminal.open();
  const text = () => terminal.screen.innerText();

  await test.step('a shell on a node, with its own prompt and programs', async () => {
    await terminal.run('ssh node-2');
    await expect.poll(text).toContain('ssh node-2');
    await terminal.run('hostname; systemctl is-active kubelet; crictl ps | head -1');
    await expect.poll(text).toContain('root@node-2:~#');
    await expect.poll(text).toContain('CONTAINER           IMAGE');
    await terminal.line.fill('systemctl st');
    await terminal.line.press('Tab');
    await expect(terminal.line).toHaveValue(/^systemctl st/);
    await terminal.line.press('Control+u');
    await terminal.run('exit');
    await expect.poll(text).toContain('Connection to node-2 closed.');
  });

  await test.step('etcd answers its own tool', async () => {
    await terminal.run('ssh cp-1 etcdctl endpoint health');
    await expect.poll(text).toContain('is healthy: successfully committed proposal');
  });

  await test.step('a script of such commands, pasted', async () => {
    await terminal.paste(HEALTH_CHECK);
    await expect.poll(text, { timeout: 90_000 }).toMatch(/== Summary ==\s+healthy/);
    expect(await text()).not.toContain('[FAIL]');
  });

  await test.step('what is stopped by hand is among the faults, and the map shows it', async () => {
    await terminal.run(
      'clear; ssh node-3 systemctl stop kubelet; ssh node-3 systemctl is-active kubelet',
    );
    await expect.poll(text).toContain('inactive');
    await terminal.run('sleep 50; kubectl get node node-3 --no-headers');
    await expect.poll(text).toContain('NotReady');
    await terminal.run('ssh node-3 systemctl start kubelet; sleep 15; kubectl get nodes');
    await expect
      .poll(async () => (await text()).split('start kubelet')[1])
      .toMatch(/node-3 +Ready/);
  });
});
