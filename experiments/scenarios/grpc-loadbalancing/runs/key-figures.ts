// The figures of a run that sends calls with one key, and with a key each.

export const KEY_CALLS = 600
export const ONE_KEY = 'backends with one key'
export const ALL_KEYS = `backends with ${KEY_CALLS} keys`
