// Every control in its states, for the eye. `npm run gallery -w @jobsheet/kit`, then for example
// http://localhost:5175/?page=today&theme=sun&lang=zh&text=2
import { createApp } from 'vue';
import { setLang, setTextScale, setTheme, type Theme } from '../src/index';
import '../src/styles.css';
import '../src/table.css';
import Gallery from './Gallery.vue';

const q = new URLSearchParams(location.search);
setTheme((q.get('theme') ?? 'auto') as Theme);
setTextScale(Number(q.get('text') ?? 1));
setLang(q.get('lang') === 'zh' ? 'zh' : 'en');
if (q.get('page') === 'desk') document.documentElement.dataset.density = 'desk';
createApp(Gallery, { page: q.get('page') ?? 'today' }).mount('#app');
