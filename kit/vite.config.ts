// Only for the gallery (`npm run gallery -w @jobsheet/kit`) and the tests: the kit itself is used as source.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  server: { port: 5175, strictPort: true },
  build: { target: ['chrome92', 'safari15'], outDir: '/tmp/jobsheet-gallery', assetsInlineLimit: 0 },
  test: { environment: 'happy-dom', include: ['test/**/*.test.ts'], css: true },
});
