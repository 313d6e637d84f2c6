// `yard completion`: prints a script that completes verbs, flags, their choices, and paths of the document in a shell.

import { Argument, type Command, type Option } from 'commander'
import { shellQuoted } from '../../core/shell-quote.ts'
import { withExamples } from './flags.ts'

/** What a script completes after one verb. */
interface Verb {
  readonly name: string
  readonly description: string
  readonly options: readonly Option[]
  /** The choices of its arguments, by their position from 0. */
  readonly choices: readonly (readonly string[] | undefined)[]
}

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

export function addCompletion(program: Command): void {
  const command = program
    .command('completion')
    .description('Print a script that completes verbs, flags, choices and paths in a shell.')
    .addArgument(new Argument('<shell>', 'Your shell.').choices(Object.keys(SHELLS)))
  withExamples(command, [
    ['source <(yard completion bash)', 'Complete in this bash; add the line to ~/.bashrc to keep it.'],
    ['source <(yard completion zsh)', 'The same in zsh, after compinit.'],
    ['yard completion fish > ~/.config/fish/completions/yard.fish', 'The same in fish.'],
  ])
  command.action((shell: keyof typeof SHELLS) => {
    process.stdout.write(SHELLS[shell](program.commands.filter(isShown).map(toVerb)))
  })
}

/** Those that take paths: of the document in force, and of the schema. `yard complete` knows them. */
const PATH_VERBS = ['set', 'explain', 'get']

/** Commander keeps it to itself which verbs its help shows. */
function isShown(command: Command): boolean {
  return command.name() !== 'complete'
}

/** A verb with verbs of its own, such as `yard scenario run`, has the flags and choices of all of them. */
function toVerb(command: Command): Verb {
  const all = [command, ...command.commands]
  const options = new Map(all.flatMap((one) => one.options).map((option) => [option.long, option]))
  const choices = all.flatMap((one) => one.registeredArguments).map(({ argChoices }) => argChoices)
  const verbs = command.commands.map((one) => one.name())
  return {
    name: command.name(),
    description: command.description(),
    options: [...options.values()],
    choices: verbs.length === 0 ? choices : [verbs, ...choices],
  }
}

function flagsOf({ short, long }: Option): readonly string[] {
  return [short, long].filter((flag) => flag !== undefined)
}

const takesValue = ({ required, optional }: Option) => required || optional

function bashScript(verbs: readonly Verb[]): string {
  const values = verbs.flatMap(({ name, options }) =>
    options.filter(takesValue).map((option) => {
      const patterns = flagsOf(option).map((flag) => `'${name} ${flag}'`)
      return `    ${patterns.join(' | ')}) words='${(option.argChoices ?? []).join(' ')}' ;;`
    }),
  )
  const others = verbs.map(({ name, options, choices }) => {
    const words = [...options.flatMap(flagsOf), '--help', ...choices.flatMap((one) => one ?? [])]
    return `    '${name} '*) words='${words.join(' ')}' ;;`
  })
  return `# Completion of yard for bash. Where nothing fits, bash completes files.
_yard_path() {
  # bash splits words at "=", and completes what is behind it.
  local line=\${COMP_LINE:0:COMP_POINT} word=\${COMP_WORDS[COMP_CWORD]}
  local typed=\${line##* }
  if [[ $word == '=' ]]; then word=''; fi
  local head=\${typed%"$word"}
  COMPREPLY=($(yard complete "\${COMP_WORDS[1]}" "$typed" 2> /dev/null))
  COMPREPLY=("\${COMPREPLY[@]#"$head"}")
  if [[ \${COMPREPLY[0]} == *[.=] ]]; then compopt -o nospace 2> /dev/null; fi
}
_yard() {
  local word=\${COMP_WORDS[COMP_CWORD]} words=''
  local place="\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD - 1]}"
  case \${COMP_WORDS[1]} in
    ${PATH_VERBS.join(' | ')}) if ((COMP_CWORD > 1)) && [[ $word != -* && $place != *' -'* ]]; then _yard_path; return; fi ;;
  esac
  if ((COMP_CWORD == 1)); then place=''; fi
  case $place in
    '') words='${verbs.map(({ name }) => name).join(' ')} help --help --version' ;;
${[...values, ...others].join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _yard yard
`
}

function zshScript(verbs: readonly Verb[]): string {
  const escaped = (text: string) => text.replace(/[[\]:\\]/g, '\\$&')
  const optionOf = (option: Option) => {
    const flags = flagsOf(option)
    const value = takesValue(option) ? `:value:${listOf(option.argChoices)}` : ''
    const text = shellQuoted(`[${escaped(option.description)}]${value}`)
    return flags.length === 1 ? `${flags[0]}${text}` : `{${flags.join(',')}}${text}`
  }
  const listOf = (choices: readonly string[] | undefined) => (choices ? `(${choices.join(' ')})` : '_files')
  const cases = verbs.map(({ name, options, choices }) => {
    const specs = [
      ...options.map(optionOf),
      "--help'[Show help.]'",
      ...choices.map((one, index) => shellQuoted(`${index + 1}:argument:${listOf(one)}`)),
      shellQuoted(`*:argument:${PATH_VERBS.includes(name) ? '_yard_path' : '_files'}`),
    ]
    return `    ${name}) _arguments ${specs.join(' ')} ;;`
  })
  const names = verbs.map(({ name, description }) => `    ${shellQuoted(`${name}:${escaped(description)}`)}`)
  return `#compdef yard
# Completion of yard for zsh.
_yard_path() {
  local -a found=("\${(@f)$(yard complete "$words[1]" "$PREFIX" 2> /dev/null)}")
  compadd -Q -S '' -- \${found:#}
}
_yard() {
  local -a verbs=(
${names.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe verb verbs
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
${cases.join('\n')}
  esac
}
compdef _yard yard
`
}

function fishScript(verbs: readonly Verb[]): string {
  const quote = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`
  const lines = verbs.flatMap(({ name, description, options, choices }) => {
    const after = `complete -c yard -n '__fish_seen_subcommand_from ${name}'`
    const words = choices.flatMap((one) => one ?? [])
    return [
      `complete -c yard -f -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
      ...options.map((option) => {
        const { short, long, argChoices } = option
        const flags = [short && `-s ${short.slice(1)}`, long && `-l ${long.slice(2)}`]
          .filter(Boolean)
          .join(' ')
        const value = argChoices ? ` -x -a ${quote(argChoices.join(' '))}` : takesValue(option) ? ' -r' : ''
        return `${after} ${flags}${value} -d ${quote(option.description)}`
      }),
      ...(words.length === 0 ? [] : [`${after} -a ${quote(words.join(' '))}`]),
      ...(PATH_VERBS.includes(name)
        ? [`${after} -f -a '(yard complete ${name} (commandline -ct) 2> /dev/null)'`]
        : []),
    ]
  })
  return ['# Completion of yard for fish.', ...lines, ''].join('\n')
}
