/** Something that whoever starts the world can mend, in both languages; what is shown has no stack. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly text: { readonly en: string; readonly zh: string }

  constructor(text: { readonly en: string; readonly zh: string }, options?: ErrorOptions) {
    super(`${text.en}\n${text.zh}`, options)
    this.text = text
  }
}
