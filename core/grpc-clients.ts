// The gRPC implementations that speak xDS themselves, without a proxy.

/** The implementations of gRPC that speak xDS. Python is a wrapper of C++ (C-core). */
export const GRPC_CLIENTS = ['cpp', 'go', 'java', 'node', 'python'] as const
export type GrpcClient = (typeof GRPC_CLIENTS)[number]

/** As a person reads them. */
export const GRPC_CLIENT_NAMES: Readonly<Record<GrpcClient, string>> = {
  cpp: 'C++',
  go: 'Go',
  java: 'Java',
  node: 'Node',
  python: 'Python',
}
