/** What an expression asks of the authorizers. */
export interface AuthorizerQuestion {
  /** Empty: the user of the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface AuthorizerAnswer {
  readonly allowed: boolean;
  readonly reason: string;
}

/** The authorizers, as policies reach them through `authorizer`. */
export type AskAuthorizer = (question: AuthorizerQuestion, verb: string) => AuthorizerAnswer;
