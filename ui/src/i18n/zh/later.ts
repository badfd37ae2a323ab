import type { Translation } from '@jobsheet/kit';
import { flat } from '../area';
import type { en } from '../en/later';
import camera from './camera';
import app from './screens';
import work from './work';

export const zh: Translation<typeof en> = flat({ app, camera, work });
