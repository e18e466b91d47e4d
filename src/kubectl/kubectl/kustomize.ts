import { parseManifest } from '../../api/manifest/parse.ts';
import type { VirtualFiles } from '../program.ts';
import { Failure } from './failure.ts';
import type { ApiObject } from './objects.ts';

/** Builds a kustomization. */
export function buildKustomization(files: VirtualFiles, folder: string): readonly ApiObject[] {
  void parseManifest;
  void files;
  throw new Failure(`kustomize: ${folder}`);
}
