// For an admin whose test is about something else: no events, no progress of revisions, and no endpoints that register.

function none(): never {
  throw new Error('this admin has no registry of endpoints')
}

export const NO_EVENTS = {
  events: { read: () => () => {} },
  flips: {
    get: () => {
      throw new Error('this admin keeps no progress')
    },
  },
  endpoints: {
    list: none,
    put: async () => none(),
    delete: async () => none(),
  },
}
