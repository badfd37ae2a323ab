// `npx vite --config test/fake.config.ts --mode fake` in console/: the console against the fake office.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { fakeOffice } from './fake';

export default defineConfig({
  plugins: [vue(), fakeOffice()],
  clearScreen: false,
  cacheDir: '/tmp/jobsheet-console-vite',
  server: { port: 5184, strictPort: true },
});
