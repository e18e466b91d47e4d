/** What the server remembers of who may do what. The answers themselves are memos of the objects in its copies. */
export interface AuthorizationState {
  /** Raised with every change of a role or binding: older answers are forgotten. */
  generation: number;
}

export function noAuthorization(): AuthorizationState {
  return { generation: 0 };
}
