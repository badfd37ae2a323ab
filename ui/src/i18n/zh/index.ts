import type { Translation } from '@jobsheet/kit';
import { flat } from '../area';
import type { en } from '../en';
import app from './app';
import camera from './camera';
import problem from './problem';
import work from './work';

export const zh: Translation<typeof en> = flat({ app, camera, problem, work });
