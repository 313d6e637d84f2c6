// One open stream of load reports: the node introduces itself, gets the settings, and reports.

import { toBinary } from '@bufbuild/protobuf'
import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { LoadStatsResponseSchema } from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import { status as grpcStatus } from '@grpc/grpc-js'
import type { Serving } from '../cache/serving.ts'
import { decodeLoadRequest } from '../load-reports/decode-report.ts'
import { type LoadReports, type LoadWatch, openLoadWatch } from '../load-reports/load-reports.ts'
import { InvalidReport } from '../load-reports/report-reader.ts'
import { type Authorize, admit } from './authorize.ts'
import { BadRequest, checkNode, decodeOrReject } from './check-request.ts'
import { failedStream, reportFailure } from './failure.ts'
import type { OpenStream } from './open-streams.ts'
import { ReportRate } from './report-rate.ts'
import type { ByteStream } from './xds-stream.ts'

/** Ten thousand clusters with three endpoints each have about 2 MB. */
const MAX_REPORT_BYTES = 4 * 1024 * 1024

const FAILED = failedStream('the stream of load reports')

export interface LoadStreamContext {
  readonly serving: Serving
  readonly authorize: Authorize
  readonly place: OpenStream
  readonly id: number
  /** Undefined: the server is not interested, and sends no response. */
  readonly loads?: LoadReports
}

export class LoadStream {
  readonly #call: ByteStream
  readonly #context: LoadStreamContext
  readonly #rate = new ReportRate(performance.now())
  #watch: LoadWatch | undefined
  #isIntroduced = false
  #isOpen = true

  constructor(call: ByteStream, context: LoadStreamContext) {
    this.#call = call
    this.#context = context
    context.place.onEnd({
      isSettled: () => true,
      end: () => {
        this.#release()
        call.end()
      },
    })
    call.on('data', (bytes: Buffer) => this.#guard(() => this.#receive(bytes)))
    call.on('end', () => {
      this.#release()
      call.end()
    })
    for (const ending of ['cancelled', 'error', 'close']) call.on(ending, () => this.#release())
  }

  #receive(bytes: Buffer): void {
    this.#context.place.heard()
    if (!this.#rate.allows(performance.now()))
      throw tooMuch('the reports come too often: keep to load_reporting_interval')
    if (bytes.length > MAX_REPORT_BYTES) {
      throw tooMuch(
        `the report has ${bytes.length} bytes, and the limit is ${MAX_REPORT_BYTES}: report fewer clusters`,
      )
    }
    const request = readOrReject(() => decodeLoadRequest(bytes))
    const isFirst = !this.#isIntroduced
    if (isFirst) this.#introduce(checkNode(readOrReject(request.node)))
    if (this.#watch === undefined || !this.#isOpen) return
    // The first request only introduces the node, unless it continues an earlier stream.
    if (!isFirst || request.clusters.length > 0) this.#watch.report(request.clusters)
  }

  #introduce(node: Node): void {
    const { serving, authorize, place, id, loads } = this.#context
    const peer = admit(this.#call, node, authorize)
    const group = serving.groupOf(node)
    place.introduce(group, node.id)
    this.#isIntroduced = true
    if (loads === undefined) return
    this.#watch = openLoadWatch(loads, {
      node: node.id,
      userAgentName: node.userAgentName,
      group,
      stream: { id, peer: peer.address, openedAt: new Date().toISOString() },
      onSettings: () => this.#guard(() => this.#sendSettings()),
    })
    // A listener of the event `opened` may have ended the stream.
    if (this.#isOpen) this.#sendSettings()
    else this.#watch.close()
  }

  #sendSettings(): void {
    if (this.#watch === undefined) return
    this.#rate.sent(this.#watch.intervalMs())
    const bytes = toBinary(LoadStatsResponseSchema, this.#watch.response())
    this.#call.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  /** Whatever the work throws ends this stream, and nothing else. */
  #guard(work: () => void): void {
    if (!this.#isOpen) return
    try {
      work()
    } catch (error) {
      this.#release()
      const { serving } = this.#context
      this.#call.emit('error', reportFailure(serving, this.#call.getPeer(), error, FAILED))
    }
  }

  /** Every end of a stream leads here: nothing of it stays registered. */
  #release(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#context.place.leave()
    this.#watch?.close()
  }
}

function readOrReject<Result>(read: () => Result): Result {
  return decodeOrReject(() => {
    try {
      return read()
    } catch (error) {
      if (error instanceof InvalidReport) throw new BadRequest(error.message)
      throw error
    }
  })
}

function tooMuch(message: string): BadRequest {
  return new BadRequest(message, grpcStatus.RESOURCE_EXHAUSTED)
}
