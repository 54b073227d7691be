import type { Argument, Command, Option } from 'commander'
import { CliError, type Text } from '../two-languages.ts'
import type { Session } from './session.ts'
import { ARGUMENTS, type Kind, OPTIONS, TEXT } from './value-kinds.ts'

/** Checks the value of every option and argument before a command begins. Throws CliError. */
export const checkValues = (command: Command, session: Session): void => {
  for (const option of command.options) if (option.required || option.optional) checkOption(option, session)
  for (const argument of command.registeredArguments) checkArgument(argument, session)
  for (const one of command.commands) checkValues(one, session)
}

const checkOption = (option: Option, session: Session): void => {
  const name = option.long ?? option.flags
  const collect = option.parseArg as ((value: string, before: unknown) => unknown) | undefined
  option.argParser((value: string, before: unknown) => {
    const meant = checked(name, OPTIONS[name] ?? TEXT, value, session)
    if (collect) return collect(meant, before)
    if (before !== undefined)
      throw new CliError({ en: `${name}: is given twice; say it once`, zh: `${name} 重复:只能指定一次` }, 2)
    return meant
  })
}

const checkArgument = (argument: Argument, session: Session): void => {
  const name = argument.name()
  const kind = ARGUMENTS[name] ?? TEXT
  argument.argParser((value: string, before: unknown) => {
    const meant = checked(name, kind, value, session)
    return argument.variadic ? [...(Array.isArray(before) ? before : []), meant] : meant
  })
}

const checked = (name: string, kind: Kind, value: string, session: Session): string => {
  if (value.trim() === '') throw new CliError({ en: `${name}: is empty`, zh: `${name} 的值为空` }, 2)
  const meant = kind.read(value, session)
  if (meant !== undefined) return meant
  throw wrongValue(name, value, kind.must)
}

/** The error for an option: what was given, and what it must be. */
export const wrongValue = (name: string, value: string, must: Text): CliError => {
  const seen = shown(value)
  return new CliError({ en: `${name} ${seen}: ${must.en}`, zh: `${name} ${seen}:${must.zh}` }, 2)
}

/** A value on one line, cut if it is long. */
const shown = (value: string): string => {
  const line = value.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
