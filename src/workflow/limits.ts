/** Items of one `forEach`: each has a state in memory and rows in the log. */
export const MAX_ITEMS = 1_000;
/** Of a forEach that says nothing. */
export const ITEMS_AT_ONCE = 10;
