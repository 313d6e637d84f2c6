// JSON over HTTP for gRPC methods: Envoy makes gRPC calls of such requests, and JSON of the answers.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { GrpcJsonTranscoderSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/grpc_json_transcoder/v3/transcoder_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import { inEffect } from '../defaults.ts'
import { checkDescriptors, descriptorsFor } from '../descriptor-set.ts'
import { ACCEPT_HTTP1 } from '../http1.ts'
import { facts } from '../schema-keywords.ts'
import { contentOf, FilePath } from '../setting-file.ts'
import { onOrOff } from './filter-of-rule.ts'

const MIB = 1_048_576
const MAX_DESCRIPTORS = 4 * MIB
const PRINT = 'GrpcJsonTranscoder.print_options'
const VALIDATION = 'GrpcJsonTranscoder.request_validation_options'

function Flag(fallback: boolean, what: string, envoy: string) {
  return Type.Optional(
    Type.Boolean({ default: fallback, description: `true or false: whether ${what}`, ...facts({ envoy }) }),
  )
}

/** Envoy counts what it holds, not what has passed, so a request that arrives in parts may be larger (seen with 1.40). */
function BodyLimit(what: string, envoy: string) {
  return Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 64 * MIB,
      default: MIB,
      description: `bytes from 1 to 67108864 that ${what}`,
      ...facts({ envoy, example: 4 * MIB }),
    }),
  )
}

const PrintOptionsSchema = Type.Object(
  {
    addWhitespace: Flag(false, 'JSON is indented for people', `${PRINT}.add_whitespace`),
    alwaysPrintPrimitiveFields: Flag(
      false,
      'numbers, texts and lists are written that have the default of their type, such as 0',
      `${PRINT}.always_print_primitive_fields`,
    ),
    alwaysPrintEnumsAsInts: Flag(
      false,
      'enums are numbers, not names',
      `${PRINT}.always_print_enums_as_ints`,
    ),
    preserveProtoFieldNames: Flag(
      false,
      'fields have their names in the .proto file, such as backend_id, not backendId',
      `${PRINT}.preserve_proto_field_names`,
    ),
    streamNewlineDelimited: Flag(
      false,
      'a stream is one JSON object a line, which arrive one by one, not an array of them',
      `${PRINT}.stream_newline_delimited`,
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'the form of the JSON, such as { streamNewlineDelimited: true }',
    ...facts({ envoy: PRINT, example: { streamNewlineDelimited: true } }),
  },
)

const RequestValidationSchema = Type.Object(
  {
    rejectUnknownMethod: Flag(
      false,
      'a request that is neither gRPC nor a mapped one is denied with 404, also where a rule answers it or redirects it',
      `${VALIDATION}.reject_unknown_method`,
    ),
    rejectUnknownQueryParameters: Flag(
      true,
      'a query parameter that is not a field of the request is denied with 400',
      `${VALIDATION}.reject_unknown_query_parameters`,
    ),
    rejectBindingBodyFieldCollisions: Flag(
      true,
      'a field that is both in the path and in the body is denied with 400',
      `${VALIDATION}.reject_binding_body_field_collisions`,
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'requests to deny, such as { rejectUnknownMethod: true }',
    ...facts({ envoy: VALIDATION, example: { rejectUnknownMethod: true } }),
  },
)

/**
 * `filters.grpcJsonTranscoder` of a fleet, and of a rule whose requests stay as they are. It is before every check: tokens, policies
 * and rules of access see the gRPC method whichever way a call came in, and Envoy looks for the rule of the call once more, by
 * that method. So `match_incoming_request_route`, which would keep the rule of the HTTP path, is never set. Calls of gRPC pass it
 * unchanged. A server is never asked for its descriptors by reflection: who answers for a backend would decide what is exposed.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_json_transcoder_filter
 */
export const grpcJsonTranscoder = httpFilterSwitch({
  name: 'grpc_json_transcoder',
  // Answers pass the chain in the other direction: they are JSON before they are compressed.
  after: ['cors', 'compressor', 'grpc_http1_bridge', 'grpc_web'],
  field: 'grpcJsonTranscoder',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      descriptors: FilePath('the file of a descriptor set of at most 4 MiB, as "buf build" writes it', {
        envoy: 'GrpcJsonTranscoder.proto_descriptor_bin',
        example: 'echo.binpb',
      }),
      services: Type.Array(
        Type.String({
          pattern: '^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$',
          maxLength: 300,
          description: 'the full name of a service',
          ...facts({ example: 'switchyard.echo.v1.EchoService' }),
        }),
        {
          minItems: 1,
          uniqueItems: true,
          description: 'a list of services of the descriptors, such as [switchyard.echo.v1.EchoService]',
          ...facts({ envoy: 'GrpcJsonTranscoder.services', example: ['switchyard.echo.v1.EchoService'] }),
        },
      ),
      autoMapping: Flag(
        false,
        'methods without the option google.api.http can be called too, by POST to /SERVICE/METHOD',
        'GrpcJsonTranscoder.auto_mapping',
      ),
      convertGrpcStatus: Flag(
        true,
        'an error is JSON with code, message and details, not an empty body',
        'GrpcJsonTranscoder.convert_grpc_status',
      ),
      printOptions: Type.Optional(PrintOptionsSchema),
      requestValidation: Type.Optional(RequestValidationSchema),
      ignoredQueryParameters: Type.Optional(
        Type.Array(
          Type.String({
            minLength: 1,
            maxLength: 300,
            description: 'the name of a parameter',
            ...facts({ example: 'utm_source' }),
          }),
          {
            uniqueItems: true,
            default: [],
            description:
              'a list of query parameters that are not fields and are left out, such as [utm_source]',
            ...facts({ envoy: 'GrpcJsonTranscoder.ignored_query_parameters', example: ['utm_source'] }),
          },
        ),
      ),
      ignoreUnknownQueryParameters: Flag(
        false,
        'all query parameters that are not fields are left out',
        'GrpcJsonTranscoder.ignore_unknown_query_parameters',
      ),
      caseInsensitiveEnumParsing: Flag(
        false,
        'the names of enums may have small letters',
        'GrpcJsonTranscoder.case_insensitive_enum_parsing',
      ),
      maxRequestBodySize: BodyLimit(
        'Envoy holds of a request at a time, else 413',
        'GrpcJsonTranscoder.max_request_body_size',
      ),
      maxResponseBodySize: BodyLimit(
        'Envoy holds of an answer at a time, else 500',
        'GrpcJsonTranscoder.max_response_body_size',
      ),
    },
    {
      additionalProperties: false,
      description:
        'JSON for gRPC methods, { enabled: true, descriptors: echo.binpb, services: [switchyard.echo.v1.EchoService] }',
      ...facts({
        envoy: 'GrpcJsonTranscoder',
        example: {
          enabled: true,
          descriptors: 'echo.binpb',
          services: ['switchyard.echo.v1.EchoService'],
        },
      }),
    },
  ),
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [GrpcJsonTranscoderSchema, FilterConfigSchema],
  files: ({ descriptors, services, autoMapping }) => [
    {
      steps: ['descriptors'],
      file: descriptors,
      maxBytes: MAX_DESCRIPTORS,
      check: (bytes) => checkDescriptors(bytes, { services, autoMapping }),
    },
  ],
  toExtension(settings, { files }) {
    const { descriptors, services, ignoredQueryParameters, ...flags } = settings
    return anyPack(
      GrpcJsonTranscoderSchema,
      create(GrpcJsonTranscoderSchema, {
        descriptorSet: {
          case: 'protoDescriptorBin',
          value: descriptorsFor(contentOf(files, descriptors), services.toSorted().join()),
        },
        services: [...services],
        autoMapping: flags.autoMapping,
        convertGrpcStatus: flags.convertGrpcStatus,
        printOptions: inEffect(PrintOptionsSchema, flags.printOptions) as typeof flags.printOptions,
        ignoredQueryParameters: [...ignoredQueryParameters],
        ignoreUnknownQueryParameters: flags.ignoreUnknownQueryParameters,
        caseInsensitiveEnumParsing: flags.caseInsensitiveEnumParsing,
        maxRequestBodySize: flags.maxRequestBodySize,
        maxResponseBodySize: flags.maxResponseBodySize,
        requestValidationOptions: inEffect(
          RequestValidationSchema,
          flags.requestValidation,
        ) as typeof flags.requestValidation,
      }),
    )
  },
  toHttpConnectionManager: () => ACCEPT_HTTP1,
  rule: {
    schema: Type.Object(
      {
        enabled: Type.Boolean({
          description: 'true or false: whether its requests may be JSON too',
          ...facts({ envoy: 'FilterConfig.disabled' }),
        }),
      },
      {
        additionalProperties: false,
        description:
          'JSON where the fleet has it, or { enabled: false } for gRPC only; the rule is that of the HTTP path',
        ...facts({ envoy: 'Route.typed_per_filter_config', example: { enabled: false } }),
      },
    ),
    toExtension: onOrOff,
  },
})
