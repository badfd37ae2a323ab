import vue from '@vitejs/plugin-vue';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** What router.ts fetches while nothing else goes on. */
const ahead = /\/(Hub|Checklist|Outbox)\.vue$/;

/**
 * Scripts that a start needs, or that are fetched ahead, are compiled whole while they are read, and not function by
 * function on the main thread: Chromium's hint for that must be the first line. Other engines read a comment.
 */
const compiledAhead = (): Plugin => ({
  name: 'compiled-ahead',
  // When all is written: what others put before a script must come after the hint.
  writeBundle({ dir = '' }, bundle) {
    const marked = new Set<string>();
    const mark = (name: string): void => {
      const chunk = bundle[name];
      if (chunk?.type !== 'chunk' || marked.has(name)) return;
      marked.add(name);
      const file = join(dir, name);
      writeFileSync(file, `//# allFunctionsCalledOnLoad\n${readFileSync(file, 'utf8')}`);
      chunk.imports.forEach(mark);
    };
    for (const chunk of Object.values(bundle))
      if (chunk.type === 'chunk' && (chunk.isEntry || ahead.test(chunk.facadeModuleId ?? '')))
        mark(chunk.fileName);
  },
});

const phone = 'http://127.0.0.1:8081';

export default defineConfig(async ({ mode }) => ({
  base: './',
  // `vite --mode fake`: screens without a core, for looking at them.
  // Nothing here is written in the older style of components: what only that needs is left out.
  plugins: [
    vue({ features: { optionsAPI: false } }),
    compiledAhead(),
    mode === 'fake' && (await import('./test/fake.ts')).fakeCore(),
  ],
  clearScreen: false,
  server: {
    port: 5173,
    strictPort: true,
    proxy: { '/invoke': phone, '/events': phone, '/photo': phone },
  },
  build: {
    // The oldest WebViews we serve: Android WebView 92 and iOS 15.
    target: ['chrome92', 'safari15'],
    cssTarget: ['chrome92', 'safari15'],
    // Nothing inline in index.html, no data: addresses: the app runs under `default-src 'self'`.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // What a start needs in one script and one style, instead of a dozen small ones that are fetched one by one.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } } },
  },
  // Told by their names, since a worker is served with a content-security policy of its own.
  worker: { format: 'iife', rollupOptions: { output: { entryFileNames: 'assets/worker-[name]-[hash].js' } } },
  test: { environment: 'happy-dom', passWithNoTests: true, setupFiles: ['./test/setup.ts'] },
}));
