// The app's words in English; their keys are the keys of every language.
import { flat } from '../area';
import app from './app';
import camera from './camera';
import problem from './problem';
import work from './work';

export const en = flat({ app, camera, problem, work });
