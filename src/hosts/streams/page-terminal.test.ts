import { describe, expect, test } from 'vitest';
import { createBench, type Bench } from '../machines/testing.ts';

/** The page's kubectl where it speaks with containers: debug, run, attach, cp, port-forward, proxy. */

interface Story {
  readonly title: string;
  readonly run: string;
  readonly typed?: readonly string[];
  readonly out: string | RegExp;
  readonly err?: string | RegExp;
  readonly status?: number;
}

const SET_UP = `kubectl run web --image=nginx --port=80
kubectl run box --image=busybox:1.36 -- sh -c 'echo up; sleep infinity'
kubectl wait --for=condition=Ready pod/web pod/box --timeout=60s`;

const ATTACHED =
  "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n";

const STORIES: readonly Story[] = [
  {
    title: 'a container for debugging sees its target',
    run: `kubectl debug web --image=busybox:1.36 -c dbg --target=web --profile=general -- sh -c 'ps; sleep 3600'
sleep 3; kubectl logs web -c dbg; kubectl exec web -c dbg -- ls /proc/1/root/usr/share/nginx/html`,
    out: `Targeting container "web". If you don't see processes from this container it may be because the container runtime doesn't support this feature.
  PID USER     TIME  COMMAND
    1 root      0:00 nginx
    7 root      0:00 sh
index.html
`,
  },
  {
    title: 'what is killed from beside is started anew',
    run: `kubectl exec web -c dbg -- kill 1; sleep 5; kubectl get pod web -o jsonpath='{.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].lastState.terminated.exitCode}'`,
    out: '1 0',
  },
  {
    title: 'a forwarded port of another machine is its own',
    run: `ssh cp-1 'kubectl port-forward pod/web 7070:80 > /dev/null & sleep 2; curl -s localhost:7070 | grep -c title; curl -ks https://localhost:6443/healthz'; curl -s localhost:7070`,
    out: '1\nok',
    status: 7,
  },
  {
    title: 'one that is typed into',
    run: 'kubectl debug -it web --image=busybox:1.36 -c typed --profile=general',
    typed: ['echo hi $((1+2))\n', 'exit\n'],
    out: "/ # hi 3\n/ # Session ended, the ephemeral container will not be restarted but may be reattached using 'kubectl attach web -c typed -i -t' if it is still running\n",
    err: ATTACHED,
  },
  {
    title: 'the root of a machine',
    run: `kubectl debug node/node-1 --image=busybox:1.36 --profile=sysadmin -- sh -c 'chroot /host crictl ps; chroot /none ls; chroot /host sh -c "cd /etc; pwd; ls; echo hi > /tmp/x"; pwd; cat /host/tmp/x; sleep 3600' | cut -c 1-43
sleep 4; kubectl logs -l app.kubernetes.io/managed-by=kubectl-debug`,
    out: `Creating debugging pod node-debugger-node-1
chroot: can't execute 'crictl': No such file or directory
chroot: cannot change root directory to '/none': No such file or directory
/etc
kubernetes
os-release
/
hi
`,
  },
  {
    title: 'a shell there, left again',
    run: `kubectl exec -it $(kubectl get pod -l app.kubernetes.io/managed-by=kubectl-debug -o name) -- sh`,
    typed: ['chroot /host\n', 'cat /tmp/x\n', 'exit\n', 'cat /tmp/x\n', 'exit\n'],
    out: `/ # # hi\n# / # cat: can't open '/tmp/x': No such file or directory\n/ # `,
    err: 'command terminated with exit code 1\n',
    status: 1,
  },
  {
    title: 'what is wrong with a command line of debug',
    run: 'kubectl debug web; kubectl debug web --image=b --profile=x; kubectl debug web --copy-to=x; kubectl debug web --image=a -t; kubectl debug web --image=b --same-node; kubectl debug deploy/none --image=b --profile=general',
    out: '',
    err: `error: you must specify --image when not using --copy-to.
error: unknown profile: x
error: you must specify --image, --set-image or command arguments.
error: -i/--stdin is required for containers with -t/--tty=true
error: --same-node may only be used with --copy-to.
Error from server (NotFound): deployments.apps "none" not found
`,
    status: 1,
  },
  {
    title: 'a copy of a Pod, with other images or another command',
    run: `kubectl debug web --copy-to=web2 --set-image='*=nginx:1.26' --profile=general
kubectl debug box --copy-to=box2 --image=busybox:1.36 -c d --share-processes --profile=general -- sleep 99
kubectl wait --for=condition=Ready pod/web2 pod/box2 --timeout=60s >/dev/null
kubectl get pod web2 box2 -o jsonpath='{range .items[*]}{.spec.containers[*].image} {.spec.shareProcessNamespace} {.metadata.labels}{"\\n"}{end}'
kubectl debug box2 --copy-to=box3 --container=box --replace --profile=general -- sleep 5
kubectl get pod box2`,
    out: 'nginx:1.26  {"run":"web"}\nbusybox:1.36 busybox:1.36 true \n',
    err: 'Error from server (NotFound): pods "box2" not found\n',
    status: 1,
  },
  {
    title: 'a Pod on a node',
    run: `kubectl debug node/node-1 --image=busybox:1.36 --profile=sysadmin -- sleep 99 | sed 's/node-1-[a-z0-9]*/node-1-.../'
kubectl get pods -l app.kubernetes.io/managed-by=kubectl-debug -o jsonpath='{.items[0].spec.hostPID} {.items[0].spec.containers[0].securityContext} {.items[0].spec.containers[0].volumeMounts[0].mountPath}'`,
    out: 'Creating debugging pod node-debugger-node-1-... with container debugger on node node-1.\ntrue {"privileged":true} /host',
  },
  {
    title: 'run, attached, and what it leaves behind',
    run: `kubectl run -i --rm one --image=busybox:1.36 --restart=Never -- sh -c 'sleep 2; echo one; exit 3'
echo "[$?]"; kubectl run --attach once --image=busybox:1.36 --restart=Never --quiet -- sh -c 'sleep 2; echo hello'
kubectl get pods one once --no-headers`,
    out: /^one\none\npod "one" deleted from default namespace\n\[3\]\nhello\nonce .*Completed/,
    err: /^All commands.*\nIf you.*\nwarning: couldn't attach to pod\/one, falling back to streaming logs: command terminated with exit code 3\npod default\/one terminated \(Error\)\nError from server \(NotFound\): pods "one" not found\n$/,
    status: 1,
  },
  {
    title: 'run with a terminal',
    run: 'kubectl run -it --rm shell --image=busybox:1.36 --restart=Never -- sh',
    typed: ['pwd\n', 'exit\n'],
    out: '/ # /\n/ # pod "shell" deleted from default namespace\n',
    err: ATTACHED,
  },
  {
    title: 'files go in and come out',
    run: `printf 'a\\nb\\n' > up; kubectl cp up box:/tmp/; kubectl exec box -- cat /tmp/up
mkdir -p folder; echo x > folder/x; kubectl cp folder box:/tmp/f; kubectl cp box:tmp/f back; cat back/x
kubectl cp box:tmp/up up2; diff up up2 && echo same`,
    out: 'a\nb\nx\nsame\n',
  },
  {
    title: 'what cannot be copied',
    run: `kubectl cp none box:/tmp; kubectl cp a b; kubectl cp box:/none here; kubectl cp box:/tmp/up web:/tmp/up; kubectl cp x`,
    out: 'tar: /none: No such file or directory\ntar: error exit delayed from previous errors\n',
    err: `error: none doesn't exist in local filesystem
error: one of src or dest must be a remote file specification
command terminated with exit code 1
error: one of src or dest must be a local file specification
error: source and destination are required
`,
    status: 1,
  },
  {
    title: 'a container without tar',
    run: `kubectl run pause --image=registry.k8s.io/pause:3.10; kubectl wait --for=condition=Ready pod/pause --timeout=60s > /dev/null
echo x > up; kubectl cp up pause:/up`,
    out: 'pod/pause created\n',
    err: /exec: "tar": executable file not found in \$PATH/,
    status: 1,
  },
  {
    title: 'a forwarded port answers while it stands',
    run: `kubectl port-forward pod/web 8080:80 > forward.txt &
sleep 2; curl -s http://localhost:8080 | head -4; curl -s -o /dev/null -w '%{http_code}\\n' 127.0.0.1:8080/none
kubectl port-forward pod/web 8080:80; kill %1; sleep 1; cat forward.txt; curl -sS localhost:8080`,
    out: `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
404
Forwarding from 127.0.0.1:8080 -> 80
Forwarding from [::1]:8080 -> 80
Handling connection for 8080
Handling connection for 8080
`,
    err: `Unable to listen on port 8080: Listeners failed to create with the following errors: [unable to create listener: Error listen tcp4 127.0.0.1:8080: bind: address already in use unable to create listener: Error listen tcp6 [::1]:8080: bind: address already in use]
error: unable to listen on any of the requested ports: [{8080 80}]
curl: (7) Failed to connect to localhost port 8080 after 0 ms: Could not connect to server
`,
    status: 7,
  },
  {
    title: 'a forwarded port of a Service, and one where nobody listens',
    run: `kubectl expose pod web --port=8000 --target-port=80 --name=front > /dev/null; sleep 1
kubectl port-forward svc/front 9000:8000 & sleep 2; curl -s localhost:9000 | grep -c title; kill %1
kubectl port-forward svc/front 9001:1; kubectl port-forward pod/box 9002:81 & sleep 2; curl -s localhost:9002; sleep 1`,
    out: `Forwarding from 127.0.0.1:9000 -> 80
Forwarding from [::1]:9000 -> 80
Handling connection for 9000
1
Forwarding from 127.0.0.1:9002 -> 81
Forwarding from [::1]:9002 -> 81
Handling connection for 9002
`,
    err: /^error: Service front does not have a service port 1\nE.*portforward\.go:\d+\] "Unhandled Error" err="an error occurred forwarding 9002 -> 81: error forwarding port 81 to pod .*"\nerror: lost connection to pod\n$/,
  },
  {
    title: 'the API on a port of the laptop',
    run: `kubectl proxy & sleep 1; curl -s localhost:8001/version | grep gitVersion; curl -s localhost:8001/api/v1/namespaces/default/pods/web | grep '"phase"'
curl -s localhost:8001/api/v1/namespaces/default/pods/web/exec; curl -s -o /dev/null -w '%{http_code}\\n' localhost:8001/api/v1/namespaces/default/pods/none
curl -s -X DELETE localhost:8001/api/v1/namespaces/default/services/front | grep '"kind"'; kill %1`,
    out: `Starting to serve on 127.0.0.1:8001
  "gitVersion": "v1.35.0",
    "phase": "Running",
Forbidden
404
  "kind": "Service",
`,
  },
  {
    title: 'a forwarded port whose Pod goes',
    run: `kubectl port-forward pod/web 8085:80 > /dev/null & sleep 2; curl -s localhost:8085 | grep -c title
kubectl delete pod web --now > /dev/null; sleep 2; curl -s localhost:8085; sleep 1; jobs`,
    out: /^1\n\[1\]\+ {2}Exit 1 /,
    err: /error: lost connection to pod\n$/,
  },
];

describe('the page’s terminal and containers', () => {
  let bench: Bench | undefined;
  test.each(STORIES)('$title', async ({ run, typed, out, err = '', status = 0 }) => {
    if (bench === undefined) {
      bench = createBench({ nodes: 1, settle: 30 });
      await bench.run(SET_UP);
    }
    const printed = await bench.run(run, typed);
    for (const [text, wanted] of [
      [printed.err, err],
      [printed.out, out],
    ] as const) {
      if (typeof wanted === 'string') expect(text).toBe(wanted);
      else expect(text).toMatch(wanted);
    }
    expect(printed.status).toBe(status);
  });
});
