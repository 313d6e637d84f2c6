// The gRPC implementations that speak xDS themselves, without a proxy.

/** `cpp` and `python` share C-core; `node` is `@grpc/grpc-js-xds`. */
export const GRPC_CLIENTS = ['cpp', 'go', 'java', 'node', 'python'] as const
export type GrpcClient = (typeof GRPC_CLIENTS)[number]
