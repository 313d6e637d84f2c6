// How much load a testbed makes at most. Apart from the schema, so that a page can use it without a schema library.

/** What one client process of the testbed can hold up on a small machine. */
export const MAX_LOAD_CONNECTIONS = 64
export const MAX_LOAD_CALLS_PER_SECOND = 2_000
