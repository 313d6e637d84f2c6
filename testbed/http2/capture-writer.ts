// Writes what a tap records into files while it runs: packets for Wireshark, and frames as JSON lines.

import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { frameRecord } from './frame-record.ts'
import { fileHead, packetBlock } from './pcapng.ts'
import type { TapOptions, TappedConnection } from './tap.ts'
import { type Packet, TcpPackets } from './tcp-packets.ts'

export interface CaptureFile {
  /** What the tap calls. */
  readonly listeners: Pick<TapOptions, 'onChunk' | 'onConnection' | 'onFrame'>
  /** Writes the rest. */
  readonly end: () => Promise<void>
}

/** A pcapng file. @throws an error of the file system, such as ENOENT */
export async function writePackets(path: string): Promise<CaptureFile> {
  const file = await openFile(path)
  const packets = new Map<TappedConnection, TcpPackets>()
  const write = (connection: TappedConnection, made: readonly Packet[] = []) => {
    for (const packet of made) file.write(packetBlock(packet, connection.beganAt))
  }
  file.write(fileHead())
  return {
    listeners: {
      onConnection(connection) {
        const { endedMs } = connection
        if (endedMs !== undefined) return write(connection, packets.get(connection)?.end(endedMs))
        const made = new TcpPackets(connection)
        packets.set(connection, made)
        write(connection, made.begin())
      },
      onChunk({ from, atMs, bytes }, connection) {
        write(connection, packets.get(connection)?.data(from, atMs, bytes))
      },
    },
    end: () => endFile(file),
  }
}

/** A line of JSON for each frame: see `frameRecord`. @throws an error of the file system */
export async function writeFrames(path: string): Promise<CaptureFile> {
  const file = await openFile(path)
  return {
    listeners: {
      onFrame: (seen, connection) =>
        void file.write(`${JSON.stringify({ connection: connection.number, ...frameRecord(seen) })}\n`),
    },
    end: () => endFile(file),
  }
}

async function openFile(path: string): Promise<WriteStream> {
  const file = createWriteStream(path)
  await once(file, 'open')
  return file
}

async function endFile(file: WriteStream): Promise<void> {
  file.end()
  await once(file, 'close')
}
