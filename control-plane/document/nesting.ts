// How deep a document may be nested. Validation, patches and translation walk a document by recursion.

/** Levels of objects and lists. A desired state has about ten; a stack overflows at some thousands. */
export const MAX_NESTING = 100

export const TOO_DEEP = `is nested deeper than ${MAX_NESTING} levels of objects and lists: flatten it`
