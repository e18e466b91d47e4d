import type { ContainerConfig } from '../messages.ts';
import { resolvConf } from '../network/names.ts';

/**
 * What a container sees of files, layered as a real one: mounted ConfigMaps and Secrets (read only),
 * volumes shared with others, its own writable layer, the image. A view made for one call; the
 * tables behind it are state.
 */
export interface Files {
  /** The content; undefined when there is no such file. */
  read(path: string): string | undefined;
  write(path: string, text: string, append: boolean): FileFault | undefined;
  /** Removes a file, or a directory with everything in it. */
  remove(path: string): FileFault | undefined;
  makeDirectory(path: string, withParents: boolean): FileFault | undefined;
  isDirectory(path: string): boolean;
  /** Names in a directory, sorted; undefined when there is no such directory. */
  list(path: string): readonly string[] | undefined;
  /** An absolute path without `.` and `..`. */
  resolve(path: string): string;
}

export type FileFault =
  | 'No such file or directory'
  | 'Read-only file system'
  | 'Is a directory'
  | 'File exists';

/** The writable layer and volumes: path → content. A directory is a key that ends with a slash. */
export type FileTable = Map<string, string>;

/** Where a container's files lie. */
export interface FileTables {
  readonly config: ContainerConfig;
  /** The container's own layer, made when something is first written. */
  own(create: boolean): FileTable | undefined;
  /** A shared volume by its name. */
  volume(name: string): FileTable;
  /** Files that the image brings, by path. */
  readonly image: Readonly<Record<string, string>>;
  /** An image of which nothing is known has every directory. */
  readonly anyDirectory: boolean;
}

/** A removed file of the image: the layer says so with this content. */
const GONE = '\0gone';

const DIRECTORIES = new Set(
  (
    '/ /bin /dev /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin ' +
    '/usr/lib /usr/local /usr/local/bin /usr/sbin /usr/share /var /var/cache /var/lib /var/log /var/run ' +
    '/var/tmp /var/www /etc/nginx /etc/nginx/conf.d /usr/share/nginx /usr/share/nginx/html /var/log/nginx'
  ).split(' '),
);

/** The path as the kernel would walk it. */
export function normalizePath(path: string, cwd: string): string {
  if (path.startsWith('/') && !path.includes('/.') && !path.includes('//')) {
    return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  }
  const out: string[] = [];
  for (const piece of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (piece === '' || piece === '.') continue;
    if (piece === '..') out.pop();
    else out.push(piece);
  }
  return `/${out.join('/')}`;
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** The view of a container's files from the directory `cwd`. */
export function openFiles(tables: FileTables, cwd: string): Files {
  const { config } = tables;

  /** The table that holds a path, and the path within it. */
  function place(path: string): {
    readonly table: FileTable | undefined;
    readonly key: string;
    readonly root: string;
  } {
    let best = '';
    let volume = '';
    for (const mount of config.mounts) {
      const at = mount.mountPath;
      if ((path === at || path.startsWith(`${at}/`)) && at.length > best.length) {
        best = at;
        volume = mount.volume;
      }
    }
    if (best === '') return { table: tables.own(false), key: path, root: '' };
    return { table: tables.volume(volume), key: path.slice(best.length) || '/', root: best };
  }

  function read(path: string): string | undefined {
    const full = normalizePath(path, cwd);
    if (Object.hasOwn(config.files, full)) return config.files[full];
    const { table, key } = place(full);
    const held = table?.get(key);
    if (held !== undefined) return held === GONE ? undefined : held;
    if (Object.hasOwn(tables.image, full)) return tables.image[full];
    return virtualFile(config, full);
  }

  function isDirectory(path: string): boolean {
    const full = normalizePath(path, cwd);
    if (DIRECTORIES.has(full) || full === config.workingDir) return true;
    const { table, key, root } = place(full);
    if (root === full && root !== '') return true;
    const below = key === '/' ? '/' : `${key}/`;
    if (table !== undefined) {
      if (table.has(below)) return true;
      for (const name of table.keys()) if (name.startsWith(below)) return true;
    }
    const prefix = full === '/' ? '/' : `${full}/`;
    for (const name in config.files) if (name.startsWith(prefix)) return true;
    for (const name in tables.image) if (name.startsWith(prefix)) return true;
    return config.mounts.some((mount) => mount.mountPath.startsWith(prefix));
  }

  function exists(path: string): boolean {
    return read(path) !== undefined || isDirectory(path);
  }

  function writable(full: string): FileFault | undefined {
    if (Object.hasOwn(config.files, full)) return 'Read-only file system';
    if (full.startsWith('/proc/') || full.startsWith('/sys/')) return 'Read-only file system';
    return undefined;
  }

  function store(full: string, text: string): void {
    const { table, key } = place(full);
    const held = table ?? tables.own(true);
    held?.set(key, text);
  }

  return {
    read,
    isDirectory,
    resolve: (path) => normalizePath(path, cwd),
    write(path, text, append) {
      const full = normalizePath(path, cwd);
      if (full === '/dev/null' || full === '/dev/stdout' || full === '/dev/stderr')
        return undefined;
      const fault = writable(full);
      if (fault !== undefined) return fault;
      if (isDirectory(full)) return 'Is a directory';
      if (!tables.anyDirectory && !isDirectory(parentOf(full))) return 'No such file or directory';
      store(full, append ? (read(full) ?? '') + text : text);
      return undefined;
    },
    remove(path) {
      const full = normalizePath(path, cwd);
      const fault = writable(full);
      if (fault !== undefined) return fault;
      if (!exists(full)) return 'No such file or directory';
      const { table, key } = place(full);
      const held = table ?? tables.own(true);
      if (held === undefined) return undefined;
      const below = `${key}/`;
      for (const name of held.keys()) if (name === key || name.startsWith(below)) held.delete(name);
      if (read(full) !== undefined) held.set(key, GONE);
      return undefined;
    },
    makeDirectory(path, withParents) {
      const full = normalizePath(path, cwd);
      if (exists(full)) return withParents ? undefined : 'File exists';
      if (!withParents && !isDirectory(parentOf(full))) return 'No such file or directory';
      store(`${full}/`, '');
      return undefined;
    },
    list(path) {
      const full = normalizePath(path, cwd);
      if (!isDirectory(full)) return undefined;
      const names = new Set<string>();
      const add = (base: string, key: string) => {
        if (!key.startsWith(base)) return;
        const name = key.slice(base.length).split('/')[0];
        if (name !== undefined && name !== '') names.add(name);
      };
      const prefix = full === '/' ? '/' : `${full}/`;
      const { table, key } = place(full);
      const below = key === '/' ? '/' : `${key}/`;
      for (const [name, held] of table ?? []) if (held !== GONE) add(below, name);
      for (const name in config.files) add(prefix, name);
      for (const name in tables.image) if (read(name) !== undefined) add(prefix, name);
      for (const name of DIRECTORIES)
        if (!config.mounts.some((m) => m.mountPath === full)) add(prefix, name);
      for (const mount of config.mounts) add(prefix, mount.mountPath);
      return [...names].sort();
    },
  };
}

/** Files that the runtime writes for every container. */
function virtualFile(config: ContainerConfig, path: string): string | undefined {
  switch (path) {
    case '/etc/hostname':
      return `${config.hostname}\n`;
    case '/etc/hosts':
      return '# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n';
    case '/etc/resolv.conf':
      return config.dns === undefined ? '' : resolvConf(config.dns);
    case '/etc/machine-id':
      return `${config.podUid.replaceAll('-', '')}\n`;
    case '/etc/passwd':
      return 'root:x:0:0:root:/root:/bin/sh\n';
    case '/dev/null':
      return '';
    case '/proc/uptime':
      return '3600.00 14000.00\n';
    case '/proc/loadavg':
      return '0.08 0.03 0.01 1/123 45\n';
    default:
      return undefined;
  }
}
