import './floor';
import '@jobsheet/kit/styles.css';
import './style.css';
import { createApp } from 'vue';
import App from './App.vue';
import { loadHanded } from './composables/useCustomer';
import { currentSession, loadSession } from './composables/useSession';
import { lang, likelyLang, setLang, warm } from './i18n';
import { router } from './router';

async function start(): Promise<void> {
  let failed: unknown = null;
  // Fetched while the core looks up who is signed in: most likely it is as it was the last time.
  warm(likelyLang());
  // The guard and the first paint need to know who is signed in, in which language and colours.
  await loadSession().catch((error: unknown) => (failed = error));
  await Promise.all([
    currentSession()?.technician && loadHanded(),
    setLang(currentSession()?.settings.language ?? lang.value),
  ]);
  const app = createApp(App, { failed });
  app.use(router);
  app.mount('#app');
}

// An engine that is too old has been told so by old.js, which then took the app's place away.
if (document.getElementById('app')) void start();
