// How a stand-in knows which cell a call is of: by a header that the caller adds.

/** No document has a reason to know it. It is not among the headers that an observation shows. */
export const CELL_HEADER = 'x-yard-test-cell'
