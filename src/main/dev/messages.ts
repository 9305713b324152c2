/** What `dev` asks the hub it started: to make place for the next one, or to end with everything. */
export type Order = 'restart' | 'end';

/** What the hub tells `dev`. */
export type News = { readonly ready: string } | { readonly failed: string };
