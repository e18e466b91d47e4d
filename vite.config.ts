import { defineConfig } from 'vitest/config';
import react from '@vitejs/plugin-react';
import tailwindcss from '@tailwindcss/vite';
import { firstChunk, preloadChunk, startChunk } from './scripts/first-chunk.mjs';
import { openingWorldPlugin } from './scripts/opening-world.mjs';

/** The page's Content-Security-Policy allows no inline script; the development server needs some. */
const withoutPolicyInDevelopment = {
  name: 'without-policy-in-development',
  apply: 'serve' as const,
  transformIndexHtml: (html: string) =>
    html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

export default defineConfig({
  // Relative addresses, so that dist/ works from any folder of any static host.
  base: './',
  plugins: [
    react(),
    tailwindcss(),
    withoutPolicyInDevelopment,
    preloadChunk('page'),
    // The development server knows no plugins of workers alone.
    openingWorldPlugin(),
  ],
  resolve: {
    alias: [
      // monaco-yaml's worker manager still asks for the paths of monaco before its exports map.
      { find: /^monaco-editor\/esm\/vs\/(.*?)(\.js)?$/, replacement: 'monaco-editor/$1.js' },
    ],
  },
  worker: {
    format: 'es',
    plugins: () => [openingWorldPlugin()],
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [firstChunk('first', 'src/hosts/worker/opening.ts')] },
      },
    },
  },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [startChunk('start', 'src/main.tsx'), firstChunk('page', 'src/ui/mount.tsx')],
        },
      },
    },
  },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts'],
    setupFiles: ['scripts/vitest.setup.ts'],
    environment: 'node',
    testTimeout: 60_000,
  },
});
