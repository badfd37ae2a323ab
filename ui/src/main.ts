import './floor';
import '@jobsheet/kit/styles.css';
import './style.css';
import { createApp } from 'vue';
import App from './App.vue';
import { currentSession, loadOpening } from './composables/useSession';
import { setLang, systemLang } from './i18n';
import { router } from './router';

async function start(): Promise<void> {
  let failed: unknown = null;
  // The guard and the first paint need to know who is signed in, in which language and colours.
  await loadOpening().catch((error: unknown) => (failed = error));
  // Nobody said which language: the screen that says so speaks the system's.
  if (!currentSession()) await setLang(systemLang());
  const app = createApp(App, { failed });
  app.use(router);
  app.mount('#app');
}

// An engine that is too old has been told so by old.js, which then took the app's place away.
if (document.getElementById('app')) void start();
