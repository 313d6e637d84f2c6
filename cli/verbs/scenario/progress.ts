// Shows how far a scenario is: one line that updates on a terminal, elsewhere a line for each run that has ended.

import pc from 'picocolors'
import { describeSeconds } from '../../../harness/duration.ts'
import type { Progress } from '../../../harness/run-scenario.ts'
import { LiveLine } from '../../output/live-line.ts'

const EVERY_MS = 500

type Begun = Extract<Progress, { readonly kind: 'begins' }>
type Ended = Extract<Progress, { readonly kind: 'ended' }>

export class ProgressLines {
  readonly #stream: NodeJS.WriteStream
  readonly #live: LiveLine
  #timer: NodeJS.Timeout | undefined

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream
    this.#live = new LiveLine(stream)
  }

  show(progress: Progress): void {
    this.stop()
    if (progress.kind === 'kept') this.#live.finish(`earlier results are now in ${progress.file}`)
    if (progress.kind === 'begins') this.#begin(progress)
    if (progress.kind === 'ended') this.#end(progress)
  }

  /** Ends the live line. */
  stop(): void {
    clearInterval(this.#timer)
    if (this.#timer !== undefined && this.#stream.isTTY) this.#live.clear()
    this.#timer = undefined
  }

  #begin(progress: Begun): void {
    if (!this.#stream.isTTY) return
    const begun = performance.now()
    const update = () => this.#live.update(() => renderBegun(progress, (performance.now() - begun) / 1000))
    update()
    this.#timer = setInterval(update, EVERY_MS)
  }

  /** On a terminal only what needs attention stays. */
  #end(progress: Ended): void {
    if (this.#stream.isTTY && progress.result.state === 'measured') return
    this.#live.finish(renderEnded(progress))
  }
}

function renderBegun({ run, round, rounds, number, total, secondsLeft }: Begun, seconds: number): string {
  const left = describeSeconds(Math.max(0, secondsLeft - seconds))
  return `${number} of ${total}, ${pc.dim(`about ${left} left`)}  ${run.id}${inRound(round, rounds)}`
}

function renderEnded({ result, error, rounds, number, total, secondsLeft }: Ended): string {
  const { id, round, state, tookSeconds, why } = result
  const color = { measured: pc.green, skipped: pc.yellow, failed: pc.red }[state]
  const took = tookSeconds === undefined ? '' : ` in ${tookSeconds.toFixed(1)} s`
  const left = secondsLeft === 0 ? '' : `, about ${describeSeconds(secondsLeft)} left`
  const line = `${number} of ${total}  ${color(state)} ${id}${inRound(round, rounds)}${took}${left}`
  // An error of another class is a mistake in the scenario: its author needs the stack.
  const reason = error instanceof Error && error.name !== 'SwitchyardError' ? error.stack : why
  return reason === undefined ? line : `${line}\n${indented(reason)}`
}

function inRound(round: number, rounds: number): string {
  return rounds === 1 ? '' : ` (round ${round} of ${rounds})`
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}
