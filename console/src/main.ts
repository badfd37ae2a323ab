import '@jobsheet/kit/styles.css';
import '@jobsheet/kit/table.css';
import './console.css';
import { createApp } from 'vue';
import App from './App.vue';
import { startLanguage } from './words';

document.documentElement.dataset.density = 'desk';
startLanguage();
createApp(App).mount('#app');
