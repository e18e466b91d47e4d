import { at, isFields, listAt, numberAt, sortedEntries, textAt, type Fields } from '../objects.ts';
import type { Describer } from './describer.ts';
import { selectorText } from './pod-template.ts';
import {
  orNone,
  writeAnnotations,
  writeEvents,
  writeHead,
  writeLabels,
  type DescribeWriter,
} from './writer.ts';

export const describeService: Describer = async (service, context) => {
  const namespace = service.metadata.namespace ?? '';
  const name = service.metadata.name ?? '';
  const slices = await context.list(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    {
      labelSelector: `kubernetes.io/service-name=${name}`,
    },
  );
  const events = await context.events();
  return (writer) => {
    const spec = at(service, 'spec');
    writeHead(writer, service);
    const selector = sortedEntries((at(spec, 'selector') ?? {}) as Fields)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(',');
    writer.field(0, 'Selector', orNone(selector));
    writer.field(0, 'Type', textAt(spec, 'type'));
    const policy = textAt(spec, 'ipFamilyPolicy');
    if (policy !== '') writer.field(0, 'IP Family Policy', policy);
    writer.field(0, 'IP Families', orNone(listAt(spec, 'ipFamilies').map(String).join(',')));
    writer.field(0, 'IP', textAt(spec, 'clusterIP'));
    writer.field(0, 'IPs', orNone(listAt(spec, 'clusterIPs').map(String).join(',')));
    const external = listAt(spec, 'externalIPs').map(String).join(',');
    if (external !== '') writer.field(0, 'External IPs', external);
    const desired = textAt(spec, 'loadBalancerIP');
    if (desired !== '') writer.field(0, 'Desired LoadBalancer IP', desired);
    const ingress = listAt(service, 'status', 'loadBalancer', 'ingress');
    if (ingress.length > 0) {
      writer.field(
        0,
        'LoadBalancer Ingress',
        ingress
          .map((each) => {
            const mode = textAt(each, 'ipMode');
            return `${textAt(each, 'ip') || textAt(each, 'hostname')}${mode === '' ? '' : ` (${mode})`}`;
          })
          .join(', '),
      );
    }
    const externalName = textAt(spec, 'externalName');
    if (externalName !== '') writer.field(0, 'External Name', externalName);
    for (const port of listAt(spec, 'ports')) writePort(writer, port, slices);
    writer.field(0, 'Session Affinity', textAt(spec, 'sessionAffinity'));
    for (const [label, field] of [
      ['External Traffic Policy', 'externalTrafficPolicy'],
      ['Internal Traffic Policy', 'internalTrafficPolicy'],
      ['Traffic Distribution', 'trafficDistribution'],
      ['HealthCheck NodePort', 'healthCheckNodePort'],
    ] as const) {
      const text = textAt(spec, field);
      if (text !== '' && text !== '0') writer.field(0, label, text);
    }
    const ranges = listAt(spec, 'loadBalancerSourceRanges').map(String).join(',');
    if (ranges !== '') writer.field(0, 'LoadBalancer Source Ranges', ranges);
    writeEvents(writer, events);
  };
};

function writePort(writer: DescribeWriter, port: unknown, slices: readonly unknown[]): void {
  const name = textAt(port, 'name') || '<unset>';
  const protocol = textAt(port, 'protocol');
  writer.write(0, `Port:\t${name}\t${numberAt(port, 'port')}/${protocol}\n`);
  writer.field(0, 'TargetPort', `${textAt(port, 'targetPort')}/${protocol}`);
  const nodePort = numberAt(port, 'nodePort');
  if (nodePort !== 0) writer.write(0, `NodePort:\t${name}\t${nodePort}/${protocol}\n`);
  writer.field(0, 'Endpoints', sliceAddresses(slices, textAt(port, 'name')));
}

const ADDRESSES_MAX = 3;

/** The first few ready addresses of a port. */
export function sliceAddresses(slices: readonly unknown[], portName: string | undefined): string {
  if (slices.length === 0) return '<none>';
  const all: string[] = [];
  for (const slice of slices) {
    for (const port of listAt(slice, 'ports')) {
      if (portName !== undefined && textAt(port, 'name') !== portName) continue;
      for (const endpoint of listAt(slice, 'endpoints')) {
        if (at(endpoint, 'conditions', 'ready') === false) continue;
        const address = String(listAt(endpoint, 'addresses')[0] ?? '');
        all.push(`${address.includes(':') ? `[${address}]` : address}:${numberAt(port, 'port')}`);
      }
    }
  }
  const shown = all.slice(0, ADDRESSES_MAX).join(',');
  return all.length > ADDRESSES_MAX ? `${shown} + ${all.length - ADDRESSES_MAX} more...` : shown;
}

export const describeEndpoints: Describer = async (endpoints, context) => {
  const events = await context.events();
  return (writer) => {
    writeHead(writer, endpoints);
    writer.write(0, 'Subsets:\n');
    for (const subset of listAt(endpoints, 'subsets')) {
      for (const [label, field] of [
        ['Addresses', 'addresses'],
        ['NotReadyAddresses', 'notReadyAddresses'],
      ] as const) {
        const addresses = listAt(subset, field)
          .map((each) => textAt(each, 'ip'))
          .join(',');
        writer.field(1, label, orNone(addresses));
      }
      const ports = listAt(subset, 'ports');
      if (ports.length > 0) {
        writer.write(1, 'Ports:\n');
        writer.write(2, 'Name\tPort\tProtocol\n');
        writer.write(2, '----\t----\t--------\n');
        for (const port of ports) {
          writer.write(
            2,
            `${textAt(port, 'name') || '<unset>'}\t${numberAt(port, 'port')}\t${textAt(port, 'protocol')}\n`,
          );
        }
      }
      writer.write(0, '\n');
    }
    writeEvents(writer, events);
  };
};

export const describeEndpointSlice: Describer = async (slice, context) => {
  const events = await context.events();
  return (writer) => {
    writeHead(writer, slice);
    writer.field(0, 'AddressType', textAt(slice, 'addressType'));
    const ports = listAt(slice, 'ports');
    if (ports.length === 0) writer.write(0, 'Ports: <unset>\n');
    else {
      writer.write(0, 'Ports:\n');
      writer.write(1, 'Name\tPort\tProtocol\n');
      writer.write(1, '----\t----\t--------\n');
      for (const port of ports) {
        writer.write(
          1,
          `${textAt(port, 'name') || '<unset>'}\t${textAt(port, 'port') || '<unset>'}\t${textAt(port, 'protocol')}\n`,
        );
      }
    }
    const endpoints = listAt(slice, 'endpoints');
    if (endpoints.length === 0) writer.write(0, 'Endpoints: <none>\n');
    else writer.write(0, 'Endpoints:\n');
    for (const each of endpoints) {
      writer.field(1, '- Addresses', orNone(listAt(each, 'addresses').map(String).join(', ')));
      writer.write(2, 'Conditions:\n');
      writer.field(3, 'Ready', textAt(each, 'conditions', 'ready') || '<unset>');
      writer.field(2, 'Hostname', textAt(each, 'hostname') || '<unset>');
      const target = at(each, 'targetRef');
      if (isFields(target))
        writer.field(2, 'TargetRef', `${textAt(target, 'kind')}/${textAt(target, 'name')}`);
      writer.field(2, 'NodeName', textAt(each, 'nodeName') || '<unset>');
      writer.field(2, 'Zone', textAt(each, 'zone') || '<unset>');
    }
    writeEvents(writer, events);
  };
};

export const describeIngress: Describer = async (ingress, context) => {
  const events = await context.events();
  const namespace = ingress.metadata.namespace ?? '';
  const backends = new Map<string, string>();
  const spec = at(ingress, 'spec');
  const all = [
    at(spec, 'defaultBackend'),
    ...listAt(spec, 'rules').flatMap((rule) =>
      listAt(rule, 'http', 'paths').map((path) => at(path, 'backend')),
    ),
  ];
  for (const backend of all) {
    const name = textAt(backend, 'service', 'name');
    if (name !== '' && !backends.has(backendText(backend))) {
      backends.set(backendText(backend), await endpointsOf(namespace, backend, context));
    }
  }
  const shown = (backend: unknown): string => {
    const text = backendText(backend);
    const endpoints = backends.get(text);
    return endpoints === undefined ? text : `${text} (${endpoints})`;
  };
  return (writer) => {
    writer.field(0, 'Name', ingress.metadata.name ?? '');
    writeLabels(writer, 'Labels', ingress.metadata.labels);
    writer.field(0, 'Namespace', namespace);
    const addresses = listAt(ingress, 'status', 'loadBalancer', 'ingress').map(
      (each) => textAt(each, 'ip') || textAt(each, 'hostname'),
    );
    writer.field(0, 'Address', addresses.join(','));
    writer.field(0, 'Ingress Class', textAt(spec, 'ingressClassName') || '<none>');
    const fallback = at(spec, 'defaultBackend');
    writer.field(0, 'Default backend', fallback === undefined ? '<default>' : shown(fallback));
    const tls = listAt(spec, 'tls');
    if (tls.length > 0) {
      writer.write(0, 'TLS:\n');
      for (const each of tls) {
        const secret = textAt(each, 'secretName');
        const hosts = listAt(each, 'hosts').map(String).join(',');
        writer.write(
          1,
          secret === '' ? `SNI routes ${hosts}\n` : `${secret} terminates ${hosts}\n`,
        );
      }
    }
    writer.write(0, 'Rules:\n  Host\tPath\tBackends\n');
    writer.write(1, '----\t----\t--------\n');
    let count = 0;
    for (const rule of listAt(spec, 'rules')) {
      if (at(rule, 'http') === undefined) continue;
      count += 1;
      writer.write(1, `${textAt(rule, 'host') || '*'}\t\n`);
      for (const path of listAt(rule, 'http', 'paths')) {
        writer.write(2, `\t${textAt(path, 'path')} \t${shown(at(path, 'backend'))}\n`);
      }
    }
    if (count === 0)
      writer.write(1, `*\t*\t${fallback === undefined ? '<default>' : shown(fallback)}\n`);
    writeAnnotations(writer, 'Annotations', ingress.metadata.annotations);
    writeEvents(writer, events);
  };
};

function backendText(backend: unknown): string {
  if (at(backend, 'resource') !== undefined) {
    return `APIGroup: ${textAt(backend, 'resource', 'apiGroup')}, Kind: ${textAt(backend, 'resource', 'kind')}, Name: ${textAt(backend, 'resource', 'name')}`;
  }
  const port =
    textAt(backend, 'service', 'port', 'name') || textAt(backend, 'service', 'port', 'number');
  return `${textAt(backend, 'service', 'name')}:${port}`;
}

async function endpointsOf(
  namespace: string,
  backend: unknown,
  context: Parameters<Describer>[1],
): Promise<string> {
  const name = textAt(backend, 'service', 'name');
  const service = await context.find(`/api/v1/namespaces/${namespace}/services/${name}`);
  if (service === undefined) return `<error: services ${JSON.stringify(name)} not found>`;
  const slices = await context.list(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    {
      labelSelector: `kubernetes.io/service-name=${name}`,
    },
  );
  const number = at(backend, 'service', 'port', 'number');
  const port = listAt(service, 'spec', 'ports').find((each) =>
    number === undefined
      ? textAt(each, 'name') === textAt(backend, 'service', 'port', 'name')
      : at(each, 'port') === number,
  );
  return sliceAddresses(slices, port === undefined ? '' : textAt(port, 'name'));
}

export const describeIngressClass: Describer = async (ingressClass, context) => {
  const events = await context.events();
  return (writer) => {
    writeHead(writer, ingressClass, { namespaced: false });
    writer.field(0, 'Controller', textAt(ingressClass, 'spec', 'controller'));
    const parameters = at(ingressClass, 'spec', 'parameters');
    if (isFields(parameters)) {
      writer.write(0, 'Parameters:\n');
      const group = textAt(parameters, 'apiGroup');
      if (group !== '') writer.field(1, 'APIGroup', group);
      writer.field(1, 'Kind', textAt(parameters, 'kind'));
      writer.field(1, 'Name', textAt(parameters, 'name'));
    }
    writeEvents(writer, events);
  };
};

export const describeNetworkPolicy: Describer = async (policy) => {
  return (writer) => {
    const spec = at(policy, 'spec');
    writer.field(0, 'Name', policy.metadata.name ?? '');
    writer.field(0, 'Namespace', policy.metadata.namespace ?? '');
    writer.field(0, 'Created on', goTime(textAt(policy, 'metadata', 'creationTimestamp')));
    writeLabels(writer, 'Labels', policy.metadata.labels);
    writeAnnotations(writer, 'Annotations', policy.metadata.annotations);
    writer.write(0, 'Spec:\n');
    writer.write(1, 'PodSelector:     ');
    const selector = selectorText(at(spec, 'podSelector'));
    writer.write(
      0,
      selector === '' || selector === '<none>'
        ? '<none> (Allowing the specific traffic to all pods in this namespace)\n'
        : `${selector}\n`,
    );
    const types = listAt(spec, 'policyTypes').map(String);
    writeDirection(writer, {
      title: 'ingress',
      shown: types.includes('Ingress'),
      rules: listAt(spec, 'ingress'),
      peerField: 'from',
    });
    writeDirection(writer, {
      title: 'egress',
      shown: types.includes('Egress'),
      rules: listAt(spec, 'egress'),
      peerField: 'to',
    });
    writer.write(1, `Policy Types: ${types.join(', ')}\n`);
  };
};

interface Direction {
  readonly title: 'ingress' | 'egress';
  readonly shown: boolean;
  readonly rules: readonly unknown[];
  readonly peerField: 'from' | 'to';
}

function writeDirection(
  writer: DescribeWriter,
  { title, shown, rules, peerField }: Direction,
): void {
  if (!shown) {
    writer.write(1, `Not affecting ${title} traffic\n`);
    return;
  }
  writer.write(1, `Allowing ${title} traffic:\n`);
  if (rules.length === 0) {
    writer.write(2, `<none> (Selected pods are isolated for ${title} connectivity)\n`);
    return;
  }
  const word = peerField === 'from' ? 'From' : 'To';
  for (const [index, rule] of rules.entries()) {
    const ports = listAt(rule, 'ports');
    if (ports.length === 0) {
      writer.write(2, 'To Port: <any> (traffic allowed to all ports)\n');
    }
    for (const port of ports) {
      const end = textAt(port, 'endPort');
      writer.write(
        2,
        `To Port${end === '' ? '' : ' Range'}: ${textAt(port, 'port') || '<nil>'}${end === '' ? '' : `-${end}`}/${textAt(port, 'protocol') || 'TCP'}\n`,
      );
    }
    const peers = listAt(rule, peerField);
    if (peers.length === 0) {
      const kind = peerField === 'from' ? 'sources' : 'destinations';
      writer.write(
        2,
        `${word}: <any> (traffic not restricted by ${kind === 'sources' ? 'source' : 'destination'})\n`,
      );
    }
    for (const peer of peers) {
      writer.write(2, `${word}:\n`);
      const block = at(peer, 'ipBlock');
      if (block !== undefined) {
        writer.write(3, 'IPBlock:\n');
        writer.write(4, `CIDR: ${textAt(block, 'cidr')}\n`);
        writer.write(4, `Except: ${listAt(block, 'except').map(String).join(', ')}\n`);
        continue;
      }
      if (at(peer, 'namespaceSelector') !== undefined) {
        writer.write(3, `NamespaceSelector: ${selectorText(at(peer, 'namespaceSelector'))}\n`);
      }
      if (at(peer, 'podSelector') !== undefined) {
        writer.write(3, `PodSelector: ${selectorText(at(peer, 'podSelector'))}\n`);
      }
    }
    if (index < rules.length - 1) writer.write(2, '----------\n');
  }
}

function goTime(text: string): string {
  return text === '' ? '' : `${text.slice(0, 10)} ${text.slice(11, 19)} +0000 UTC`;
}
