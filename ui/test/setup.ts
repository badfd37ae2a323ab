import { allWords, setLang } from '../src/i18n';

// Both languages are loaded, so that a test changes between them at once.
await allWords();
await setLang('zh');
await setLang('en');
