import type { Translation } from '@jobsheet/kit';
import { flat } from '../area';
import type { en } from '../en';
import app from './app';
import problem from './problem';

export const zh: Translation<typeof en> = flat({ app, problem });
