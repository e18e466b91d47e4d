/** Manifests that the stories share; `e2e/../src/scenarios/gallery` has those that the page offers itself. */

export interface DeploymentOptions {
  readonly name?: string;
  readonly replicas?: number;
  readonly image?: string;
}

/** A Deployment without a probe: its Pods are ready as soon as they run. */
export function deployment({
  name = 'web',
  replicas = 3,
  image = 'nginx:1.27',
}: DeploymentOptions = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: ${name}
          image: ${image}
          ports:
            - containerPort: 80
`;
}

export function configMap(name: string, value = 'value'): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  key: ${value}
`;
}
