// Calls health and reflection through their own .proto files, as other gRPC tools do.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fromBinary } from '@bufbuild/protobuf'
import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { Client, credentials } from '@grpc/grpc-js'
import type { MethodDefinition, PackageDefinition } from '@grpc/proto-loader'
import { loadSync } from '@grpc/proto-loader'
import { protoPath as healthProto } from 'grpc-health-check'
import type { Test } from 'tap'

const OPTIONS = { keepCase: true, enums: String, defaults: true, oneofs: true }
const reflectionProto = createRequire(import.meta.url)
  .resolve('@grpc/reflection')
  .replace(/src\/index\.js$/, 'proto/grpc/reflection/v1/reflection.proto')

const HEALTH = loadSync(healthProto, OPTIONS)
const REFLECTION = loadSync(reflectionProto, OPTIONS)

interface HealthResponse {
  readonly status: string
}

interface ReflectionResponse {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] }
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] }
  readonly error_response?: { readonly error_code: number; readonly error_message: string }
}

/** A client of both services at `address`, until the test ends. */
export function standardServices(t: Test, address: string) {
  const client = new Client(address, credentials.createInsecure())
  t.teardown(() => client.close())

  async function reflect(request: object): Promise<ReflectionResponse> {
    const { path, requestSerialize, responseDeserialize } = method(
      REFLECTION,
      'grpc.reflection.v1.ServerReflection',
      'ServerReflectionInfo',
    )
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
    call.end(request)
    const [response] = await once(call, 'data')
    return response
  }

  return {
    /** The health of a service, by name. */
    check(service: string): Promise<string> {
      const { path, requestSerialize, responseDeserialize } = method(HEALTH, 'grpc.health.v1.Health', 'Check')
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          { service },
          (error, response) => {
            if (error) reject(error)
            else resolve((response as HealthResponse).status)
          },
        )
      })
    },

    /** Each health status of a service from now on; ends with the connection. */
    async *watch(service: string): AsyncGenerator<string, void> {
      const { path, requestSerialize, responseDeserialize } = method(HEALTH, 'grpc.health.v1.Health', 'Watch')
      const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service })
      call.on('error', () => {})
      try {
        for await (const response of call) yield response.status
      } finally {
        call.cancel()
      }
    },

    async listServices(): Promise<readonly string[]> {
      const { list_services_response } = await reflect({ list_services: '*' })
      return list_services_response?.service.map(({ name }) => name) ?? []
    },

    /** The files that a symbol needs, its own first; or the error's text if there is no such symbol. */
    async filesOf(symbol: string): Promise<readonly FileDescriptorProto[] | string> {
      const { file_descriptor_response, error_response } = await reflect({ file_containing_symbol: symbol })
      if (!file_descriptor_response) return error_response?.error_message ?? 'no answer'
      return file_descriptor_response.file_descriptor_proto.map((bytes) =>
        fromBinary(FileDescriptorProtoSchema, bytes),
      )
    },
  }
}

function method(
  definitions: PackageDefinition,
  service: string,
  name: string,
): MethodDefinition<object, object> {
  const definition = definitions[service]
  const found = definition && Object.entries(definition).find(([key]) => key === name)
  if (!found) throw new TypeError(`${service} has no method ${name}`)
  return found[1]
}
