import type { MetricSpec, MetricStatus, MetricTarget } from '../generated/types.ts';

/**
 * Metrics in the older spelling of autoscaling/v1, as they stand in the annotations of its autoscalers (upstream:
 * pkg/apis/autoscaling/v1/conversion.go). Keys are in the order of Go's structs, for the text is stored as it is.
 */
type Json = Readonly<Record<string, unknown>>;

/** Fields that have a value, in this order. */
function compact(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A metric as v1's annotation has it. */
export function metricToV1(metric: MetricSpec): Json {
  const { type, object, pods, resource, containerResource, external } = metric;
  return compact({
    type,
    object:
      object === undefined
        ? undefined
        : compact({
            target: object.describedObject,
            metricName: object.metric.name,
            targetValue: object.target.value ?? '0',
            selector: object.metric.selector,
            averageValue: object.target.averageValue,
          }),
    pods:
      pods === undefined
        ? undefined
        : compact({
            metricName: pods.metric.name,
            targetAverageValue: pods.target.averageValue ?? '0',
            selector: pods.metric.selector,
          }),
    resource:
      resource === undefined ? undefined : { name: resource.name, ...averages(resource.target) },
    containerResource:
      containerResource === undefined
        ? undefined
        : {
            name: containerResource.name,
            ...averages(containerResource.target),
            container: containerResource.container,
          },
    external:
      external === undefined
        ? undefined
        : compact({
            metricName: external.metric.name,
            metricSelector: external.metric.selector,
            targetValue: external.target.value,
            targetAverageValue: external.target.averageValue,
          }),
  });
}

function averages({ averageUtilization, averageValue }: MetricTarget): Json {
  return compact({
    targetAverageUtilization: averageUtilization,
    targetAverageValue: averageValue,
  });
}

/** The reverse. What fits no type is passed on for validation to name. */
export function metricFromV1(metric: Json): MetricSpec {
  const part = (name: string): Json | undefined => {
    const value = metric[name];
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  };
  const [object, pods, resource] = [part('object'), part('pods'), part('resource')];
  const [container, external] = [part('containerResource'), part('external')];
  return compact({
    type: metric['type'],
    object: object && {
      describedObject: object['target'],
      metric: named(object['metricName'], object['selector']),
      target: compact({
        type: object['averageValue'] === undefined ? 'Value' : 'AverageValue',
        value: object['targetValue'] === '0' ? undefined : object['targetValue'],
        averageValue: object['averageValue'],
      }),
    },
    pods: pods && {
      metric: named(pods['metricName'], pods['selector']),
      target: compact({ type: 'AverageValue', averageValue: pods['targetAverageValue'] }),
    },
    resource: resource && { name: resource['name'], target: averageTarget(resource) },
    containerResource: container && {
      name: container['name'],
      target: averageTarget(container),
      container: container['container'],
    },
    external: external && {
      metric: named(external['metricName'], external['metricSelector']),
      target: compact({
        type: external['targetValue'] === undefined ? 'AverageValue' : 'Value',
        value: external['targetValue'],
        averageValue: external['targetAverageValue'],
      }),
    },
  }) as unknown as MetricSpec; // What a user has spoilt there is refused by validation.
}

function named(name: unknown, selector: unknown): Json {
  return compact({ name, selector });
}

function averageTarget(source: Json): Json {
  const averageUtilization = source['targetAverageUtilization'];
  return compact({
    type: averageUtilization === undefined ? 'AverageValue' : 'Utilization',
    averageUtilization,
    averageValue: source['targetAverageValue'],
  });
}

/** What was measured, as v1's annotation has it. */
export function measuredToV1(status: MetricStatus): Json {
  const { type, object, pods, resource, containerResource, external } = status;
  return compact({
    type,
    object:
      object === undefined
        ? undefined
        : compact({
            target: object.describedObject,
            metricName: object.metric.name,
            currentValue: object.current.value ?? '0',
            selector: object.metric.selector,
            averageValue: object.current.averageValue,
          }),
    pods:
      pods === undefined
        ? undefined
        : compact({
            metricName: pods.metric.name,
            currentAverageValue: pods.current.averageValue ?? '0',
            selector: pods.metric.selector,
          }),
    resource:
      resource === undefined
        ? undefined
        : compact({
            name: resource.name,
            currentAverageUtilization: resource.current.averageUtilization,
            currentAverageValue: resource.current.averageValue ?? '0',
          }),
    containerResource:
      containerResource === undefined
        ? undefined
        : compact({
            name: containerResource.name,
            currentAverageUtilization: containerResource.current.averageUtilization,
            currentAverageValue: containerResource.current.averageValue ?? '0',
            container: containerResource.container,
          }),
    external:
      external === undefined
        ? undefined
        : compact({
            metricName: external.metric.name,
            metricSelector: external.metric.selector,
            currentValue: external.current.value ?? '0',
            currentAverageValue: external.current.averageValue,
          }),
  });
}

/** The reverse. */
export function measuredFromV1(status: Json): MetricStatus {
  const current = (source: Json): Json =>
    compact({
      averageUtilization: source['currentAverageUtilization'],
      averageValue: source['currentAverageValue'] ?? source['averageValue'],
      value: source['currentValue'],
    });
  const read = (name: string, make: (source: Json) => Json): Json | undefined => {
    const value = status[name];
    return typeof value === 'object' && value !== null ? make(value as Json) : undefined;
  };
  return compact({
    type: status['type'],
    object: read('object', (each) => ({
      describedObject: each['target'],
      metric: named(each['metricName'], each['selector']),
      current: current(each),
    })),
    pods: read('pods', (each) => ({
      metric: named(each['metricName'], each['selector']),
      current: current(each),
    })),
    resource: read('resource', (each) => ({ name: each['name'], current: current(each) })),
    containerResource: read('containerResource', (each) => ({
      name: each['name'],
      container: each['container'],
      current: current(each),
    })),
    external: read('external', (each) => ({
      metric: named(each['metricName'], each['metricSelector']),
      current: current(each),
    })),
  }) as unknown as MetricStatus; // As above.
}
