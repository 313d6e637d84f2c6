// The clients of the matrix, in the order of its columns. `grpcio` and C++ are one implementation.

export const MATRIX_CLIENTS = ['node', 'python', 'go', 'java'] as const
export type MatrixClient = (typeof MATRIX_CLIENTS)[number]
