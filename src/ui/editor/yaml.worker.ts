import 'monaco-yaml/yaml.worker.js';
export {};
