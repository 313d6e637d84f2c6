// Finds a free TCP port for a program that cannot choose one itself.

import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { SwitchyardError } from '../core/errors.ts'

/**
 * Below the ports that Linux, macOS and Windows give to clients and to servers on port 0. One of those could go to another process
 * between our look and its use. Above the default ports of Switchyard.
 */
const FIRST = 20_000
const LAST = 32_767

/**
 * A process takes ports of its own blocks only: another one that also looks for free ports, as a testbed beside this one does, would
 * see the same port free until a program listens on it.
 */
const PORTS_IN_A_BLOCK = 32
const BLOCKS = Math.floor((LAST + 1 - FIRST) / PORTS_IN_A_BLOCK)

/** A machine where this many ports or random blocks are taken has none left for us. */
const ATTEMPTS = 200

/** Of our blocks, those that nobody has been given yet. */
const left: number[] = []
let claiming: Promise<void> | undefined

/**
 * A free port on 127.0.0.1, never the same one twice, and never one that another process gets here. A program that chooses its ports
 * in another way may still take it before it is used, so prefer port 0 if the program supports it.
 * @throws SwitchyardError `address-in-use` if it finds none
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    while (left.length === 0) {
      claiming ??= claimBlock().finally(() => {
        claiming = undefined
      })
      await claiming
    }
    const port = left.pop()
    if (port !== undefined && (await isFree(port))) return port
  }
  throw noneLeft()
}

/** Claims a random block for as long as this process runs, however it ends: the kernel closes the socket that stands for it. */
async function claimBlock(): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const first = FIRST + PORTS_IN_A_BLOCK * randomInt(BLOCKS)
    const claim = createSocket('udp4')
    try {
      claim.bind({ port: first, address: '127.0.0.1', exclusive: true })
      await once(claim, 'listening')
    } catch {
      claim.close()
      continue
    }
    claim.unref()
    // A program that also uses UDP could not have the port of the claim.
    left.push(...Array.from({ length: PORTS_IN_A_BLOCK - 1 }, (_, index) => first + 1 + index))
    return
  }
  throw noneLeft()
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

function noneLeft(): SwitchyardError {
  return new SwitchyardError(
    'address-in-use',
    `none of ${ATTEMPTS} ports between ${FIRST} and ${LAST} of 127.0.0.1 is free: end what listens there`,
  )
}
