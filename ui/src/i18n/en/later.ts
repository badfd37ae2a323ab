import { flat } from '../area';
import camera from './camera';
import app from './screens';
import work from './work';

export const en = flat({ app, camera, work });
