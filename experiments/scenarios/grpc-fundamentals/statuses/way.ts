// How the calls of a cause get to the server.

export const WAYS = ['direct', 'envoy'] as const
export type Way = (typeof WAYS)[number]
