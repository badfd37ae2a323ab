// `npx vite --config test/work/vite.config.ts` in ui/: the screens over the sharpened pretend core, port 5199.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { fakeWork } from '../fake-work';

export default defineConfig({
  plugins: [fakeWork(), vue()],
  cacheDir: '/tmp/vite-fake-work',
  server: { port: 5199, strictPort: true },
});
