// The app's words in English; their keys are the keys of every language. Here those of a start, in `later` all others.
import { flat } from '../area';
import app from './app';
import problem from './problem';

export const en = flat({ app, problem });
