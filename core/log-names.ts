// The names of the access logs that Envoys stream to the control plane, which tell it what their entries are.

/** Calls of mode l7, and connections of mode l4. */
export const CALL_LOG = 'switchyard'

/** All connections of a listener, when they are closed. */
export const CONNECTION_LOG = 'switchyard-connections'
