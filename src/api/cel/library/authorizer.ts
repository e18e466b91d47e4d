import type {
  AskAuthorizer,
  AuthorizerAnswer,
  AuthorizerQuestion,
} from '../authorizer-question.ts';
import { Special } from '../values.ts';
import { isSpecial, special, text, type CelFunction, type Library } from './arguments.ts';

const nothing: AuthorizerQuestion = {
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
};

/** The value of the variable `authorizer`. */
export function authorizerOf(ask: AskAuthorizer): Special {
  return new Special({ type: 'authorizer', ask, question: nothing });
}

/** The value of `authorizer.requestResource`: the resource of the request under review. */
export function resourceCheckOf(ask: AskAuthorizer, question: AuthorizerQuestion): Special {
  return new Special({ type: 'authorizer', ask, question });
}

function narrowed(
  name: string,
  more: (value: string, args: readonly unknown[]) => Partial<AuthorizerQuestion>,
): CelFunction {
  return (args) => {
    const { ask, question } = special('authorizer', name, args);
    const value = text(name, args, 1);
    return new Special({
      type: 'authorizer',
      ask,
      question: { ...question, ...more(value, args) },
    });
  };
}

/** Kubernetes' authorizer library: a chain that ends in `check(verb)`, of which `allowed()` and `reason()` are asked. */
export const authorizerLibrary: Library = {
  accepts: isSpecial('authorizer'),
  methods: {
    serviceAccount: narrowed('serviceAccount', (namespace, args) => ({
      serviceAccount: { namespace, name: text('serviceAccount', args, 2) },
    })),
    path: narrowed('path', (path) => ({ path })),
    group: narrowed('group', (group) => ({ group })),
    resource: narrowed('resource', (resource) => ({ resource })),
    subresource: narrowed('subresource', (subresource) => ({ subresource })),
    namespace: narrowed('namespace', (namespace) => ({ namespace })),
    name: narrowed('name', (name) => ({ name })),
    // They narrow what is asked; no role of ours looks at them.
    fieldSelector: narrowed('fieldSelector', () => ({})),
    labelSelector: narrowed('labelSelector', () => ({})),
    check: (args, cost) => {
      const { ask, question } = special('authorizer', 'check', args);
      // Upstream's figure: an expression may ask twice.
      cost(350_000);
      return new Special({ type: 'decision', answer: ask(question, text('check', args, 1)) });
    },
  },
};

const answer = (name: string, args: readonly unknown[]): AuthorizerAnswer =>
  special('decision', name, args).answer;

export const decisionLibrary: Library = {
  accepts: isSpecial('decision'),
  methods: {
    allowed: (args) => answer('allowed', args).allowed,
    reason: (args) => answer('reason', args).reason,
    // Roles are in memory: asking them never fails.
    errored: () => false,
    error: () => '',
  },
};
