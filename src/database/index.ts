export { Batches } from './batches.js';
export { Database, type DatabaseOptions, type Entities, type Tx } from './database.js';
export { DatabaseModule } from './database.module.js';
export { embeddedState } from './embedded/open-embedded.js';
export { isGone } from './is-gone.js';
export { migrate, pendingMigrations } from './migrate.js';
export { openDatabase, placeOf, serverVersion } from './open-database.js';
