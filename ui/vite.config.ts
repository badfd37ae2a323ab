import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const phone = 'http://127.0.0.1:8081';

export default defineConfig(async ({ mode }) => ({
  base: './',
  // `vite --mode fake`: screens without a core, for looking at them.
  // Nothing here is written in the older style of components: what only that needs is left out.
  plugins: [
    vue({ features: { optionsAPI: false } }),
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
  },
  // Told by their names, since a worker is served with a content-security policy of its own.
  worker: { format: 'iife', rollupOptions: { output: { entryFileNames: 'assets/worker-[name]-[hash].js' } } },
  test: { environment: 'happy-dom', passWithNoTests: true, setupFiles: ['./test/setup.ts'] },
}));
