import { expect, test } from 'vitest';
import { createBench } from './testing.ts';

test('kubectl --token is whom the token stands for, and so is a user of the kubeconfig', async () => {
  const bench = createBench({ nodes: 1, settle: 20 });
  const { run } = bench;
  await run('kubectl create sa robot');
  const token = (await run('kubectl create token robot')).out.trim();
  const mayNot =
    'Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:default:robot" cannot list resource "pods" in API group "" in the namespace "default"\n';
  expect((await run(`kubectl get pods --token=${token}`)).err).toBe(mayNot);
  await run('kubectl create rolebinding r --clusterrole=view --serviceaccount=default:robot');
  await run('kubectl run web --image=nginx:1.27');
  expect((await run(`kubectl get pods --token=${token} -o name`)).out).toBe('pod/web\n');
  expect((await run(`kubectl auth whoami --token=${token}`)).out).toContain(
    'system:serviceaccount:default:robot',
  );
  expect((await run(`kubectl delete pod web --token=${token}`)).err).toContain('(Forbidden)');
  expect((await run(`kubectl get pods --token=${token}x`)).err).toBe(
    'error: You must be logged in to the server (Unauthorized)\n',
  );

  await run(`kubectl config set-credentials robot --token=${token}`);
  await run('kubectl config set-context robot --cluster=kubarium --user=robot');
  expect((await run('kubectl --context=robot get secrets')).err).toContain(':robot" cannot list');
  expect((await run('kubectl --context=robot get pods -o name')).out).toBe('pod/web\n');
  expect((await run('kubectl get secrets -o name')).status).toBe(0);
}, 60_000);
