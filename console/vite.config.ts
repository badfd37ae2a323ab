import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const office = 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/',
  plugins: [vue()],
  clearScreen: false,
  server: {
    port: 5174,
    strictPort: true,
    proxy: { '/console/api': office, '/v1': office },
  },
  build: {
    target: ['chrome92', 'safari15'],
    cssTarget: ['chrome92', 'safari15'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
