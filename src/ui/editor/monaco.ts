import * as monaco from 'monaco-editor/editor';
import 'monaco-editor/features/anchorSelect/register';
import 'monaco-editor/features/bracketMatching/register';
import 'monaco-editor/features/caretOperations/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codicon/register';
import 'monaco-editor/features/comment/register';
import 'monaco-editor/features/contextmenu/register';
import 'monaco-editor/features/cursorUndo/register';
import 'monaco-editor/features/find/register';
import 'monaco-editor/features/folding/register';
import 'monaco-editor/features/gotoError/register';
import 'monaco-editor/features/hover/register';
import 'monaco-editor/features/indentation/register';
import 'monaco-editor/features/linesOperations/register';
import 'monaco-editor/features/multicursor/register';
import 'monaco-editor/features/quickCommand/register';
import 'monaco-editor/features/smartSelect/register';
import 'monaco-editor/features/snippet/register';
import 'monaco-editor/features/suggest/register';
import 'monaco-editor/features/toggleTabFocusMode/register';
import 'monaco-editor/languages/definitions/yaml/register';
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker';
import { configureMonacoYaml } from 'monaco-yaml';
import YamlWorker from './yaml.worker.ts?worker';

export { monaco };

const SCHEMA_URI = 'inmemory://kubarium/kubernetes.json';

self.MonacoEnvironment = { getWorker: () => new EditorWorker() };

let configured = false;

/** Teaches the editor Kubernetes: completion, hover and validation from one JSON schema. Once a page. */
export function configureKubernetes(schema: object): void {
  if (configured) return;
  configured = true;
  const editor = {
    ...monaco.editor,
    // monaco-yaml still hands over the options of monaco before 0.55, which asked it for a worker itself.
    createWebWorker(options: { readonly createData?: unknown }) {
      const worker = new YamlWorker();
      worker.postMessage('ignore');
      worker.postMessage(options.createData);
      return monaco.editor.createWebWorker({ worker });
    },
  };
  configureMonacoYaml(
    { ...monaco, editor } as unknown as Parameters<typeof configureMonacoYaml>[0],
    {
      enableSchemaRequest: false,
      isKubernetes: true,
      hover: true,
      completion: true,
      validate: true,
      format: { enable: false },
      schemas: [{ uri: SCHEMA_URI, fileMatch: ['**/*.yaml'], schema }],
    },
  );
}
