// The app's words in English; their keys are the keys of every language.
import { area } from '../area';
import app from './app';
import problem from './problem';
import work from './work';

export const en = {
  ...area('app', app),
  ...area('problem', problem),
  ...area('work', work),
};
