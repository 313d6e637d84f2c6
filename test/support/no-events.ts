// For an admin whose test is about something else: no events, and no progress of revisions.

export const NO_EVENTS = {
  events: { read: () => () => {} },
  flips: {
    get: () => {
      throw new Error('this admin keeps no progress')
    },
  },
}
