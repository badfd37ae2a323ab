// The app's words in English; their keys are the keys of every language.
import { area } from '../area';
import app from './app';
import camera from './camera';
import problem from './problem';
import work from './work';

export const en = {
  ...area('app', app),
  ...area('camera', camera),
  ...area('problem', problem),
  ...area('work', work),
};
