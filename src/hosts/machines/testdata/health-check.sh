#!/usr/bin/env bash
# Health of a kubeadm cluster, as an operator runs it from his own computer.
set -uo pipefail

CP=${1:-cp-1}
FAILURES=0

section() { printf '\n== %s ==\n' "$1"; }
ok()      { printf '[ OK ] %s\n' "$1"; }
bad()     { printf '[FAIL] %s\n' "$1"; FAILURES=$((FAILURES + 1)); }
check()   { local what=$1; shift; if "$@" >/dev/null 2>&1; then ok "$what"; else bad "$what"; fi; }

section 'API server'
check "livez of $CP" ssh "$CP" curl -sfk https://localhost:6443/livez
check "readyz of $CP" ssh "$CP" curl -sfk https://localhost:6443/readyz
ssh "$CP" 'curl -sk "https://localhost:6443/readyz?verbose"' | grep -c '^\[+\]' | xargs -I{} echo "{} readiness checks pass"
kubectl get componentstatuses 2>/dev/null || true
kubectl cluster-info | head -1

section 'Components'
for component in kube-scheduler:10259 kube-controller-manager:10257; do
  name=${component%%:*}; port=${component##*:}
  check "$name" ssh "$CP" curl -sfk "https://localhost:$port/healthz"
done
ssh "$CP" crictl ps --name kube- | awk 'NR > 1 { printf "%-26s restarts %s\n", $7, $8 }'

section 'etcd'
ssh "$CP" <<'REMOTE'
export ETCDCTL_API=3
E="etcdctl --endpoints=https://127.0.0.1:2379 \
  --cacert=/etc/kubernetes/pki/etcd/ca.crt \
  --cert=/etc/kubernetes/pki/etcd/server.crt \
  --key=/etc/kubernetes/pki/etcd/server.key"
$E endpoint health --cluster
$E endpoint status --cluster -w json | jq -r '.[] | "\(.Endpoint) \(.Status.dbSize) bytes, leader \(.Status.leader == .Status.header.member_id)"'
$E alarm list
REMOTE
iowait=$(ssh "$CP" iostat -x 1 1 | awk '/^sda/ { print $12 }')
echo "disk: w_await ${iowait} ms"
awk -v wait="$iowait" 'BEGIN { exit !(wait < 10) }' && ok 'disk is quick enough for etcd' || bad 'disk is too slow for etcd'

section 'Certificates'
for cert in apiserver apiserver-etcd-client apiserver-kubelet-client etcd/server; do
  if ssh "$CP" openssl x509 -in "/etc/kubernetes/pki/$cert.crt" -noout -checkend 2592000 >/dev/null; then
    ok "$cert is good for a month"
  else
    bad "$cert runs out"
  fi
done
ssh "$CP" kubeadm certs check-expiration | grep -E '^(apiserver|etcd-server) '

section 'Nodes'
for node in $(kubectl get nodes -o jsonpath='{.items[*].metadata.name}'); do
  state=$(kubectl get node "$node" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')
  [ "$state" = True ] && ok "$node is Ready" || bad "$node is not Ready ($state)"
  for unit in kubelet containerd; do
    active=$(ssh "$node" systemctl is-active "$unit" 2>/dev/null)
    [ "$active" = active ] && ok "$node: $unit" || bad "$node: $unit (${active:-unreachable})"
  done
  used=$(ssh "$node" df / 2>/dev/null | awk 'NR > 1 { gsub("%", "", $5); print $5 }' | tail -1)
  [ -n "$used" ] && [ "$used" -lt 85 ] && ok "$node: disk ${used}%" || bad "$node: disk ${used:-?}%"
  ssh "$node" curl -sf http://localhost:10248/healthz >/dev/null && ok "$node: kubelet healthz" || bad "$node: kubelet healthz"
done

section 'DNS and Services'
ip=$(ssh "$CP" dig @10.96.0.10 kubernetes.default.svc.cluster.local +short)
[ "$ip" = 10.96.0.1 ] && ok "kubernetes.default is $ip" || bad "kubernetes.default is '${ip}'"
ssh "$CP" iptables-save -t nat | grep -q KUBE-SERVICES && ok 'kube-proxy has written rules' || bad 'no rules of kube-proxy'

section 'Pods that are not well'
kubectl get pods -A --no-headers | awk '$4 != "Running" && $4 != "Completed"'
kubectl get events -A --field-selector type=Warning --no-headers 2>/dev/null | tail -3

section 'Summary'
if [ "$FAILURES" -eq 0 ]; then echo 'healthy'; else echo "$FAILURES problem(s)"; exit 1; fi
