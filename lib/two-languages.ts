/** What a person reads, in both languages. */
export type Text = { readonly en: string; readonly zh: string }
export type Locale = keyof Text

/** Chinese where the locale of messages is a Chinese one, by the variables and in the order of POSIX. */
export const localeOf = ({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Locale =>
  /^zh([_.@-]|$)/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh' : 'en'

/** Something that the person at the keyboard can mend; `exitCode` 2 when the command line itself was wrong. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly text: Text
  readonly exitCode: number

  constructor(text: Text, exitCode = 1) {
    super(text.en)
    this.text = text
    this.exitCode = exitCode
  }
}
