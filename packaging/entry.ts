// How TypeDoc and API Extractor, which have a TypeScript of their own, read the types of a built package.

export const ENTRY = 'lib/xds-server/index.d.ts'

export const COMPILER_OPTIONS = {
  target: 'es2023',
  // Without `dom`, whose `Node` is not Envoy's.
  lib: ['es2023'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  skipLibCheck: true,
}
