/** A text for people, in both languages. */
export type Text = { readonly en: string; readonly zh: string }
export type Locale = keyof Text

/** Chinese if the locale for messages is Chinese, according to the POSIX variables in their order. */
export const localeOf = ({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Locale =>
  /^zh([_.@-]|$)/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh' : 'en'

/** An error that the user of the command can resolve; `exitCode` is 2 if the command line itself was wrong. */
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
