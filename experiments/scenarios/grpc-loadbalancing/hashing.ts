// The ways whose policies hash: they spread keys, so that shares of calls are as uneven as keys are.

export const HASHING: readonly string[] = ['envoy-l7-ring-hash', 'envoy-l7-maglev']
