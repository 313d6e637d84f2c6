// The package.json of the published library, made from that of the checkout.

import { SCHEMA_FILE } from '../control-plane/document/published-schema.ts'

/** What is used of the package.json of the checkout. */
export interface RootManifest {
  readonly name: string
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

/** The oldest Node that the library runs on: 20.12 is the first with `crypto.hash`. A test runs this very version. */
export const OLDEST_NODE = '20.12.0'

/** The packages that the library imports. */
const DEPENDENCIES = ['@bufbuild/protobuf', '@grpc/grpc-js']

/** The manifest of the library. Its name is the one by which the checkout imports itself. */
export function libraryManifest({ name, version, dependencies }: RootManifest) {
  return {
    name,
    version,
    description:
      'An xDS v3 server for Envoy and proxyless gRPC: a snapshot cache that knows what each node has ACKed',
    keywords: ['xds', 'envoy', 'grpc', 'control-plane', 'service-mesh', 'load-balancing'],
    // The modules in protos/ are generated from the protos of Envoy and Google.
    license: 'MIT AND Apache-2.0',
    type: 'module',
    sideEffects: false,
    engines: { node: `>=${OLDEST_NODE}` },
    exports: {
      '.': { types: './lib/xds-server/index.d.ts', default: './lib/xds-server/index.js' },
      './protos/*.js': { types: './protos/*.d.ts', default: './protos/*.js' },
      [`./${SCHEMA_FILE}`]: `./${SCHEMA_FILE}`,
      './package.json': './package.json',
    },
    files: ['lib', 'src', 'protos', SCHEMA_FILE],
    dependencies: Object.fromEntries(DEPENDENCIES.map((one) => [one, dependencies[one]])),
  }
}
