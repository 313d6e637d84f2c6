// Traces a process: `node --import services/tracing/register.ts …`, with OpenTelemetry's own instrumentation of gRPC. The program
// itself need not know. Settings are OpenTelemetry's environment variables.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/

import { createRequire } from 'node:module'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc'
import { startTracing } from '../../core/open-telemetry.ts'

const {
  OTEL_SERVICE_NAME: service = 'node',
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint = 'http://127.0.0.1:4317',
  OTEL_TRACES_SAMPLER_ARG: ratio = '1',
  OTEL_BSP_SCHEDULE_DELAY: delayMs = '500',
} = process.env

registerInstrumentations({ instrumentations: [new GrpcInstrumentation()] })
// The instrumentation changes classes when they are required. Modules that import gRPC get the same classes.
createRequire(import.meta.url)('@grpc/grpc-js')
startTracing({ service, endpoint, ratio: Number(ratio), delayMs: Number(delayMs) })
