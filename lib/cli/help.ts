import { Command, CommanderError } from 'commander'
import type { Text } from '../two-languages.ts'
import { widthOf, wrap } from './screen.ts'
import type { Session } from './session.ts'

/** Creates the parser, with help and errors in the language of the session. */
export const createProgram = (session: Session): Command => {
  const { t, locale } = session
  const write = (text: string) => void session.out.write(text)
  const writeErr = (text: string) => void session.err.write(text)
  return new Command()
    .name('payscore')
    .configureHelp({
      helpWidth: session.columns ?? 80,
      displayWidth: widthOf,
      boxWrap: (text, width) =>
        text
          .split('\n')
          .flatMap((line) => wrap(line, width))
          .join('\n'),
      styleTitle: (title) => session.paint('bold', locale === 'zh' ? (TITLES[title] ?? title) : title),
      optionDescription: ({ description }) => description,
      argumentDescription: ({ description }) => description,
      subcommandDescription: (command) => command.summary() || command.description(),
    })
    .configureOutput({
      writeOut: write,
      writeErr,
      outputError: (text) => writeErr(locale === 'zh' ? chinese(text) : text),
    })
    .enablePositionalOptions()
    .exitOverride()
    .helpOption('-h, --help', t({ en: 'show this help', zh: '显示帮助' }))
    .helpCommand(false)
    .showHelpAfterError(t({ en: '(--help tells more)', zh: '(使用 --help 查看帮助)' }))
}

/** The exit code, if commander has already printed its message. Help and version are successes. */
export const parserExitCode = (error: unknown): number | undefined => {
  if (!(error instanceof CommanderError)) return undefined
  return error.exitCode === 0 || error.code === 'commander.help' ? 0 : 2
}

/** Adds a command with the options that every command has. */
export const addCommand = (parent: Command, session: Session, usage: string, what: Text): Command =>
  parent
    .command(usage)
    .description(session.t(what))
    .option('--json', session.t({ en: 'the result as JSON', zh: '以 JSON 输出结果' }))

/** Adds examples that can be run to the help of a command. */
export const addExamples = (command: Command, session: Session, examples: readonly string[], more?: Text): Command =>
  command.addHelpText(
    'after',
    [
      ...(more ? ['', ...wrap(session.t(more).replaceAll('\n', JOINED[session.locale]), session.columns ?? 80)] : []),
      '',
      session.paint('bold', session.t({ en: 'Examples:', zh: '示例:' })),
      ...examples.map((example) => inLines(example, session.columns ?? 80)),
    ].join('\n'),
  )

/** What joins two lines of a text that is wrapped again for a narrower screen. */
const JOINED = { en: ' ', zh: '' } as const

/** An example that can be copied as a whole: broken with a backslash before an option, as a shell allows. */
const inLines = (example: string, columns: number): string => {
  const lines: string[] = []
  let line = ' '
  for (const part of example.split(/ (?=--)/)) {
    if (line.length > 1 && line.length + part.length + 3 > columns) {
      lines.push(`${line} \\`)
      line = '   '
    }
    line += ` ${part}`
  }
  return [...lines, line].join('\n')
}

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': '用法:',
  'Arguments:': '参数:',
  'Options:': '选项:',
  'Commands:': '命令:',
}

const ERRORS: readonly (readonly [RegExp, string])[] = [
  [/^error: unknown option '(.+?)'/, '错误:未知选项 $1'],
  [/^error: unknown command '(.+?)'/, '错误:未知命令 $1'],
  [/^error: missing required argument '(.+?)'/, '错误:缺少参数 $1'],
  [/^error: option '(.+?)' argument missing/, '错误:选项 $1 缺少值'],
  [/^error: required option '(.+?)' not specified/, '错误:缺少必需选项 $1'],
  [/^error: option '(.+?)' cannot be used with option '(.+?)'/, '错误:选项 $1 与 $2 不能同时使用'],
  [/^error: too many arguments.*/, '错误:参数过多'],
  [/\(Did you mean (?:one of )?(.+?)\?\)/, '(您是否想输入 $1?)'],
]

const chinese = (text: string): string => ERRORS.reduce((said, [pattern, words]) => said.replace(pattern, words), text)
