// The camera's words come with what shows them, not with the first screen.
import { createI18n } from '@jobsheet/kit';
import en from '../i18n/en/camera';
import zh from '../i18n/zh/camera';

export const { t: tCamera } = createI18n({ en, zh });
