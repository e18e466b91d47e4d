import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { existsSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import { PAGE_PATH } from '../../../bridge/attach.ts';

/** The built page, on the same address as the API: so it needs no permission of another origin to attach. */
export interface PageFiles {
  /** Answers when the path is one of the page's; false: it is the API's. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<boolean>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

/** The files of `folder` (`dist`); undefined where the page has not been built. */
export function createPageFiles(folder: string): PageFiles | undefined {
  if (!existsSync(join(folder, 'index.html'))) return undefined;
  return {
    async answer(incoming, outgoing) {
      const path = (incoming.url ?? '/').split(/[?#]/)[0] ?? '/';
      if (`${path}/` === PAGE_PATH) {
        outgoing.writeHead(308, { Location: PAGE_PATH }).end();
        return true;
      }
      if (!path.startsWith(PAGE_PATH)) return false;
      const file = fileOf(folder, path.slice(PAGE_PATH.length));
      const bytes = file === undefined ? undefined : await readFile(file).catch(() => undefined);
      if (file === undefined || bytes === undefined) {
        outgoing.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found\n');
        return true;
      }
      outgoing.writeHead(200, {
        'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
        // Names below assets/ change with their content.
        'Cache-Control': path.includes('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        // No other page may show this one inside itself and have its visitor press buttons.
        'X-Frame-Options': 'DENY',
      });
      outgoing.end(incoming.method === 'HEAD' ? undefined : bytes);
      return true;
    },
  };
}

/** The file that a path means; undefined when it leads out of the folder. */
function fileOf(folder: string, path: string): string | undefined {
  let plain: string;
  try {
    plain = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (plain.includes('\0')) return undefined;
  const file = normalize(join(folder, plain === '' ? 'index.html' : plain));
  return file.startsWith(normalize(folder) + sep) ? file : undefined;
}
