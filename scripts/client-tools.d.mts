/** What is pinned of a package. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}
export declare const WITH_DESCRIPTORS: PinnedPackage;
export declare function ensureClientTools(
  wanted?: PinnedPackage,
): { readonly kubectl: string; readonly helm: string } | undefined;
