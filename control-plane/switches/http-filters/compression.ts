// Compression of whole answers, for callers that accept it: pages of browsers, JSON and HTTP/1.1. gRPC compresses its messages itself.

import { create, type DescMessage } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { BrotliSchema } from '@envoy/xds-protos/envoy/extensions/compression/brotli/compressor/v3/brotli_pb.js'
import { BrotliSchema as BrotliDecoderSchema } from '@envoy/xds-protos/envoy/extensions/compression/brotli/decompressor/v3/brotli_pb.js'
import { GzipSchema } from '@envoy/xds-protos/envoy/extensions/compression/gzip/compressor/v3/gzip_pb.js'
import { GzipSchema as GzipDecoderSchema } from '@envoy/xds-protos/envoy/extensions/compression/gzip/decompressor/v3/gzip_pb.js'
import { ZstdSchema } from '@envoy/xds-protos/envoy/extensions/compression/zstd/compressor/v3/zstd_pb.js'
import { ZstdSchema as ZstdDecoderSchema } from '@envoy/xds-protos/envoy/extensions/compression/zstd/decompressor/v3/zstd_pb.js'
import { CompressorSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/compressor/v3/compressor_pb.js'
import { DecompressorSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/decompressor/v3/decompressor_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch, type NamedExtension } from '../attach-points.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { facts } from '../schema-keywords.ts'
import { onOrOff } from './filter-of-rule.ts'

const ALGORITHMS = ['brotli', 'gzip', 'zstd'] as const
type Algorithm = (typeof ALGORITHMS)[number]

const ENCODERS: Readonly<Record<Algorithm, DescMessage>> = {
  brotli: BrotliSchema,
  gzip: GzipSchema,
  zstd: ZstdSchema,
}
const DECODERS: Readonly<Record<Algorithm, DescMessage>> = {
  brotli: BrotliDecoderSchema,
  gzip: GzipDecoderSchema,
  zstd: ZstdDecoderSchema,
}

const DEFAULT_TYPES = [
  'application/grpc-web',
  'application/grpc-web+proto',
  'application/grpc-web-text',
  'application/grpc-web-text+proto',
  'application/json',
]

/** Bodies whose parts a caller wants as they come. Envoy's zstd keeps all of them until the end (seen with 1.40); the others flush. */
const STREAMED = /^(application\/(grpc-web|connect\+|x-ndjson)|text\/event-stream)/

/**
 * `filters.compression` of a fleet, and of a rule whose answers stay as they are. It compresses the body of an answer as a whole, by
 * what the caller accepts (`accept-encoding`). gRPC over HTTP/2 has no such thing: its messages are compressed one by one between client
 * and service (`grpc-encoding`), and a client that gets another body cannot read it, so the content types of gRPC itself are not
 * allowed here. Each message of a stream is still sent at once. An answer of gRPC-Web has no length, so that `minBytes` does not hold
 * for it, and a small one gets larger. Answers that mix secrets with text of the caller must not be compressed under TLS (BREACH).
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/compressor_filter
 */
export const compression = httpFilterSwitch({
  name: 'compressor',
  names: ALGORITHMS.flatMap((algorithm) => [`compressor.${algorithm}`, `decompressor.${algorithm}`]),
  after: ['cors'],
  field: 'compression',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      algorithms: Type.Optional(
        Type.Array(Type.Enum([...ALGORITHMS]), {
          minItems: 1,
          uniqueItems: true,
          default: ['brotli', 'gzip'],
          description:
            'a list of brotli, gzip and zstd: the first if a caller accepts it, else the one that the caller names first. zstd is not used for gRPC-Web and other streams, because Envoy would keep their messages until the end',
          ...facts({ envoy: 'Compressor.compressor_library', example: ['gzip'] }),
        }),
      ),
      contentTypes: Type.Optional(
        Type.Array(
          Type.String({
            pattern: '^(?!application/grpc(\\+[^/]*)?$)[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$',
            maxLength: 200,
            description:
              'a content type in lower case such as application/json, and none of gRPC itself, whose clients could not read the answers',
            ...facts({ example: 'application/json' }),
          }),
          {
            minItems: 1,
            uniqueItems: true,
            default: DEFAULT_TYPES,
            description: 'a list of the content types whose answers are compressed',
            ...facts({
              envoy: 'Compressor.response_direction_config.common_config.content_type',
              example: ['application/json'],
            }),
          },
        ),
      ),
      minBytes: Type.Optional(
        Type.Integer({
          minimum: 30,
          maximum: 4_294_967_295,
          default: 1024,
          description:
            'bytes of the smallest answer that is compressed if its length is known, 30 to 4294967295',
          ...facts({
            envoy: 'Compressor.response_direction_config.common_config.min_content_length',
            example: 4096,
          }),
        }),
      ),
      requests: Type.Optional(
        Type.Boolean({
          default: false,
          description:
            'true or false: whether callers may compress requests too (content-encoding), which Envoy decompresses for the service',
          ...facts({ envoy: 'Decompressor' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'compression for callers of gRPC-Web, JSON and HTTP/1.1, such as { enabled: true }',
      ...facts({ envoy: 'Compressor', example: { enabled: true, algorithms: ['gzip'] } }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [
    CompressorSchema,
    DecompressorSchema,
    FilterConfigSchema,
    ...Object.values(ENCODERS),
    ...Object.values(DECODERS),
  ],
  *problems({ algorithms, contentTypes = DEFAULT_TYPES }): Iterable<PlacedProblem> {
    if (!algorithms?.includes('zstd') || !contentTypes.every((type) => STREAMED.test(type))) return
    const message =
      'has zstd, which Envoy cannot use for streams, and all contentTypes may be streams: remove zstd, or add another type such as application/json'
    yield { steps: ['algorithms', String(algorithms.indexOf('zstd'))], message }
  },
  toExtension: ({ algorithms, contentTypes, minBytes, requests }): readonly NamedExtension[] => [
    ...algorithms.map((algorithm, index) => toCompressor(algorithm, contentTypes, minBytes, index === 0)),
    ...(requests ? ALGORITHMS.map(toDecompressor) : []),
  ],
  rule: {
    schema: Type.Object(
      {
        enabled: Type.Boolean({
          description: 'true or false: whether its answers may be compressed',
          ...facts({ envoy: 'FilterConfig.disabled' }),
        }),
      },
      {
        additionalProperties: false,
        description: 'compression where the fleet has it, or { enabled: false } for none',
        ...facts({ envoy: 'Route.typed_per_filter_config', example: { enabled: false } }),
      },
    ),
    toExtension: onOrOff,
  },
})

function toCompressor(
  algorithm: Algorithm,
  contentTypes: readonly string[],
  minContentLength: number,
  isPreferred: boolean,
): NamedExtension {
  const contentType = contentTypes.filter((type) => algorithm !== 'zstd' || !STREAMED.test(type))
  const config = create(CompressorSchema, {
    compressorLibrary: toLibrary(algorithm, ENCODERS[algorithm]),
    // What goes to services stays as it is: gRPC servers do not read compressed bodies.
    responseDirectionConfig: { commonConfig: { contentType, minContentLength } },
    // Otherwise Envoy takes the first that the caller names.
    chooseFirst: isPreferred,
  })
  return { name: `compressor.${algorithm}`, extension: anyPack(CompressorSchema, config) }
}

function toDecompressor(algorithm: Algorithm): NamedExtension {
  const config = create(DecompressorSchema, {
    decompressorLibrary: toLibrary(algorithm, DECODERS[algorithm]),
    requestDirectionConfig: { advertiseAcceptEncoding: false },
    // What a service has compressed goes to the caller as it is.
    responseDirectionConfig: {
      commonConfig: { enabled: { defaultValue: false, runtimeKey: 'switchyard.decompress' } },
    },
  })
  return { name: `decompressor.${algorithm}`, extension: anyPack(DecompressorSchema, config) }
}

function toLibrary(name: string, schema: DescMessage) {
  return { name, typedConfig: anyPack(schema, create(schema)) }
}
