// The words that the screens show, read from where the screens have them: a test says which sentence, not its text.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './processes.mjs';

const ts = createRequire(import.meta.url)('typescript');

/** What a TypeScript file of plain words exports. */
async function load(path) {
  const source = readFileSync(join(root, path), 'utf8');
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(source, { compilerOptions: options });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

const app = { en: {}, zh: {} };
const office = { en: {}, zh: {} };
for (const language of ['en', 'zh']) {
  for (const file of ['app', 'screens', 'camera', 'problem', 'work']) {
    const { default: words } = await load(`ui/src/i18n/${language}/${file}.ts`);
    const area = file === 'screens' ? 'app' : file;
    for (const [key, words_] of Object.entries(words)) app[language][`${area}.${key}`] = words_;
  }
  Object.assign(office[language], (await load(`console/src/words/${language}.ts`))[language]);
}

function speaker(all, language) {
  const plural = (n) => (language === 'en' ? new Intl.PluralRules('en').select(Number(n)) : 'other');
  return (key, values = {}) => {
    const words = all[language];
    const entry = words[key] ?? words[`${key}.${plural(values.n)}`] ?? words[`${key}.other`];
    if (typeof entry !== 'string') throw new Error(`no words for ${key} in ${language}`);
    return entry.replace(/\{(\w+)\}/g, (hole, name) => (name in values ? String(values[name]) : hole));
  };
}

/** `words('zh')('work.sign.tooLittle')` is that sentence of the technician's app. */
export const words = (language) => speaker(app, language);
/** The same of the office's console. */
export const consoleWords = (language) => speaker(office, language);
/** A sentence with a hole in it as a pattern that matches it however it is filled. */
export function like(sentence) {
  const literal = sentence.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.+')}$`);
}
