/** An image's name taken apart, as the container registries' reference grammar has it. */
export interface ImageReference {
  /** `docker.io` unless the first component looks like a host. */
  readonly domain: string;
  /** The repository below the domain, with `library/` for Docker's official images. */
  readonly path: string;
  /** `latest` where neither a tag nor a digest is given; empty with a digest alone. */
  readonly tag: string;
  /** `sha256:…` or empty. */
  readonly digest: string;
  /** The repository with its domain: `docker.io/library/nginx`. */
  readonly repository: string;
  /** The full name, as containerd writes it: `docker.io/library/nginx:1.25`. */
  readonly fullName: string;
  /** What its content is called. Drawn from its name: the same name is the same content everywhere. */
  readonly imageId: string;
}

const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

const known = new Map<string, ImageReference | string>();

/** Reads an image name; a text answer says why it is none. Remembered by name. */
export function parseImageReference(name: string): ImageReference | string {
  let result = known.get(name);
  if (result === undefined) {
    if (known.size > 2000) known.clear();
    result = parseAfresh(name);
    known.set(name, result);
  }
  return result;
}

function parseAfresh(name: string): ImageReference | string {
  const at = name.indexOf('@');
  const digest = at < 0 ? '' : name.slice(at + 1);
  let rest = at < 0 ? name : name.slice(0, at);
  const colon = rest.lastIndexOf(':');
  let tag = '';
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!TAG.test(tag)) return 'invalid reference format';
  }
  if (at >= 0 && !DIGEST.test(digest)) return 'invalid reference format';
  const slash = rest.indexOf('/');
  const head = slash < 0 ? '' : rest.slice(0, slash);
  const isHost =
    head.includes('.') || head.includes(':') || head === 'localhost' || head !== head.toLowerCase();
  const domain = isHost ? head : 'docker.io';
  let path = isHost ? rest.slice(slash + 1) : rest;
  if (isHost && !DOMAIN.test(domain)) return 'invalid reference format';
  if (domain === 'docker.io' && !path.includes('/')) path = `library/${path}`;
  if (path !== path.toLowerCase()) {
    return PATH.test(path.toLowerCase())
      ? `invalid reference format: repository name (${path}) must be lowercase`
      : 'invalid reference format';
  }
  if (!PATH.test(path)) return 'invalid reference format';
  if (tag === '' && digest === '') tag = 'latest';
  return imageReference(domain === 'index.docker.io' ? 'docker.io' : domain, path, tag, digest);
}

/** A reference of parts that are known to be good. Frozen. */
export function imageReference(
  domain: string,
  path: string,
  tag: string,
  digest = '',
): ImageReference {
  const repository = `${domain}/${path}`;
  const fullName = `${repository}${tag === '' ? '' : `:${tag}`}${digest === '' ? '' : `@${digest}`}`;
  const content = digest === '' ? `sha256:${hexDigits(fullName, 64)}` : digest;
  const imageId = `${repository}@${content}`;
  return Object.freeze({ domain, path, tag, digest, repository, fullName, imageId });
}

/** Hexadecimal digits that depend on a text alone: for content digests, not for secrets. */
export function hexDigits(text: string, count: number): string {
  let digits = '';
  for (let round = 0; digits.length < count; round++) {
    let hash = 0x811c9dc5 ^ Math.imul(round + 1, 0x9e3779b1);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    digits += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return digits.slice(0, count);
}
