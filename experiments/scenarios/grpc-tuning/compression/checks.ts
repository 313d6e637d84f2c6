// What must hold of compression on any machine: sizes, flags, statuses, and what a link cannot beat.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { roundsOf, totalOver } from '../../../../harness/statistics/rounds.ts'
import { KINDS, type Kind } from '../../../../testbed/data-peers/compressible/payloads.ts'
import { BOMB, type BombName, bombId } from './bomb.ts'
import { figureOf, linkMs, measuredLinks, measuredPayloads } from './measured.ts'
import { SEEN_CALLS, type SeenCall, WIRE } from './on-the-wire.ts'

const ROW = 'O7.4'
const SHRINKS: readonly Kind[] = ['text', 'numbers', 'repeated']
/** From this size on, gzip's head and tables are less than what it saves. */
const LARGE = 1_024
/** Of an HTTP/2 call besides its message: far more than headers and frames take. */
const MOST_AROUND = 2_000

export function checksOf(results: Results): readonly Check[] {
  const payloads = measuredPayloads(results)
  const links = measuredLinks(results)
  return [
    check(
      ROW,
      'Every call with and without gzip is answered',
      [...payloads, ...links].map(({ kind, bytes, rounds }) => {
        const [calls, failed] = [totalOver(rounds, (round) => round.calls), totalOver(rounds, failedOf)]
        return {
          fact: `${KINDS[kind]}, ${bytes} bytes: ${failed} of ${calls} failed`,
          holds: calls > 0 && failed === 0,
        }
      }),
    ),
    check(
      ROW,
      'Without gzip, a call takes its message and some headers on the wire, whatever is in it',
      payloads.map(({ kind, bytes, identity }) => ({
        fact: `${KINDS[kind]}, ${bytes} bytes: ${identity.wire.toFixed(0)} on the wire`,
        holds: identity.wire > bytes && identity.wire < bytes * 1.01 + MOST_AROUND,
      })),
    ),
    check(
      ROW,
      'gzip makes text, numbers and repetition smaller from 1 KB on, and random or compressed bytes larger',
      payloads
        .filter(({ bytes }) => bytes >= LARGE)
        .map(({ kind, bytes, identity, gzip }) => ({
          fact: `${KINDS[kind]}, ${bytes} bytes: ${gzip.wire.toFixed(0)} instead of ${identity.wire.toFixed(0)}`,
          holds: SHRINKS.includes(kind) ? gzip.wire < identity.wire : gzip.wire > identity.wire,
        })),
    ),
    check(
      ROW,
      'Over a link, no call is faster than its bytes',
      links.flatMap(({ kind, mbitPerSecond, identity, gzip }) =>
        [identity, gzip].map(({ wire, least }) => ({
          fact: `${KINDS[kind]}, ${mbitPerSecond} Mbit/s: ${least.toFixed(1)} ms for ${wire.toFixed(0)} bytes`,
          // Headers that a connection repeats count in the mean of the bytes: a message is a little less.
          holds: least >= linkMs(wire - MOST_AROUND, mbitPerSecond),
        })),
      ),
    ),
    ...wireChecks(results),
    ...bombChecks(results),
  ]
}

function wireChecks(results: Results): readonly Check[] {
  const round = roundsOf(results, WIRE).at(-1)
  const calls = SEEN_CALLS.flatMap((name) => {
    const text = round?.texts?.[name]
    return text === undefined ? [] : [{ name, call: JSON.parse(text) as SeenCall }]
  })
  const flag = (message: SeenCall['request']) =>
    `${message?.bytes} bytes${message?.compressed ? ', compressed' : ''}`
  return [
    check(
      ROW,
      'A channel with gzip compresses its requests, except those of calls that ask for none',
      calls.map(({ name, call: { encoding, request } }) => ({
        fact: `${name}: grpc-encoding ${encoding ?? 'absent'}, request of ${flag(request)}`,
        holds:
          request !== undefined &&
          (encoding === 'gzip') === name.startsWith('gzip') &&
          request.compressed === (name === 'gzip'),
      })),
    ),
    check(
      ROW,
      'A server of grpc-js says that it takes gzip, and compresses no answer, though the client takes it',
      calls.map(({ name, call: { accepts, serverAccepts, answer } }) => ({
        fact: `${name}: client accepts ${accepts}, server ${serverAccepts}, answer of ${flag(answer)}`,
        holds:
          accepts?.includes('gzip') === true &&
          serverAccepts?.includes('gzip') === true &&
          answer?.compressed === false,
      })),
    ),
  ]
}

function bombChecks(results: Results): readonly Check[] {
  const bomb = (name: BombName, code: string) =>
    roundsOf(results, bombId(name)).map((round) => {
      const { calls, codes, texts = {} } = round
      const [plain, wire] = [figureOf(round, BOMB.plain), figureOf(round, BOMB.wire)]
      return {
        fact: `${plain} bytes, ${wire.toFixed(0)} on the wire: ${JSON.stringify(codes)} ${texts.status ?? ''}`,
        holds: calls > 0 && codes[code] === calls && wire < plain / 100,
      }
    })
  return [
    check(
      ROW,
      'The limit for received messages counts bytes after decompression, not those on the wire',
      bomb('limited', 'RESOURCE_EXHAUSTED'),
    ),
    check(ROW, 'Without that limit, the same message is accepted whole', bomb('unlimited', 'OK')),
  ]
}
