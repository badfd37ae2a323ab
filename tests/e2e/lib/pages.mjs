// The technician's app in Chromium, as on a phone in Chengdu.
import { openChromium } from '../drivers/chromium.mjs';

export const chengdu = { latitude: 30.65742, longitude: 104.06584, accuracy: 15 };

export const phoneScreen = (phone, language, more = {}) =>
  openChromium({
    base: phone.url,
    locale: language === 'zh' ? 'zh-CN' : 'en',
    geolocation: chengdu,
    ...more,
  });

/** Scripts that failed, files that are missing, what the content-security policy stopped; not that the core or the office said no. */
const saidNo = /^Failed to load resource.*\/(invoke|events|console\/api)\b/;
export const faultsOf = (page) => page.errors.filter((error) => !saidNo.test(error));
