/**
 * A problem that the person who starts the local world can correct. Its text is shown in both languages, without a
 * stack.
 */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly text: { readonly en: string; readonly zh: string }

  constructor(text: { readonly en: string; readonly zh: string }, options?: ErrorOptions) {
    super(`${text.en}\n${text.zh}`, options)
    this.text = text
  }
}
