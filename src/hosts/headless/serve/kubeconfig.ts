/** A kubeconfig that leads to a served cluster: over TLS, since clients send a token over nothing else. */
export function kubeconfigText({
  server,
  certificate,
  token,
}: {
  /** `https://127.0.0.1:8001`. */
  readonly server: string;
  /** PEM of the certificate to trust. */
  readonly certificate: string;
  readonly token: string;
}): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: kubarium
  cluster:
    certificate-authority-data: ${Buffer.from(certificate).toString('base64')}
    server: ${server}
users:
- name: kubernetes-admin
  user:
    token: ${token}
contexts:
- name: kubernetes-admin@kubarium
  context:
    cluster: kubarium
    user: kubernetes-admin
current-context: kubernetes-admin@kubarium
preferences: {}
`;
}

/** The token in a text that `kubeconfigText` has made; undefined for any other. */
export function tokenOfKubeconfig(text: string): string | undefined {
  const [, token] =
    /^users:\n- name: kubernetes-admin\n {2}user:\n {4}token: ([\w-]{32})$/m.exec(text) ?? [];
  return token;
}
