import type { Resource } from '../discovery.ts';
import type { ApiObject } from '../objects.ts';
import type { Query } from '../session.ts';
import type { DescribeWriter } from './writer.ts';

/** What a describer may ask for beside its object. */
export interface DescribeContext {
  readonly resource: Resource;
  /** The object's events; undefined with `--show-events=false`. */
  events(about?: {
    readonly uid?: string;
    readonly namespace?: string;
  }): Promise<readonly unknown[] | undefined>;
  /** The items of a list, all parts of it; none when the list is refused. */
  list(path: string, query?: Query): Promise<readonly unknown[]>;
  /** An object; undefined when it cannot be had. */
  find(path: string): Promise<unknown>;
  /** An object, or why it cannot be had. */
  ask(path: string): Promise<{ readonly object: unknown; readonly refusal: string }>;
  readonly chunkSize: number;
}

/** Gathers what a description needs, and answers what writes it. */
export type Describer = (
  object: ApiObject,
  context: DescribeContext,
) => Promise<(writer: DescribeWriter) => void>;
