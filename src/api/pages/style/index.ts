import { colours } from './colours.js';
import { controls } from './controls.js';
import { frame } from './frame.js';
import { runs } from './runs.js';
import { timeline } from './timeline.js';

/** One file for all pages. */
export const stylesheet = [colours, frame, controls, runs, timeline].join('\n');
