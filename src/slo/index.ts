export { burnRateGroup } from './burn-rate.js';
