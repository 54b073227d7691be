import { styleText } from 'node:util'
import { type Locale, localeOf, type Text } from '../two-languages.ts'
import { wrap } from './screen.ts'

type Stream = { readonly write: (text: string) => unknown; readonly isTTY?: boolean; readonly columns?: number }

/** What a command uses of the machine. A test passes its own. */
export type Io = {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly out: Stream
  readonly err: Stream
  /** ms */
  readonly now: () => number
  /** Asks the person at the terminal, if there is one. */
  readonly ask?: (question: string) => Promise<string>
}

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

export type Session = Io & {
  /** ms of this machine's clock; `now` is the clock of the local world, if one is used. */
  readonly machineNow: () => number
  readonly locale: Locale
  readonly t: (text: Text) => string
  /** Width of the terminal; undefined if the output goes to a file or a pipe. */
  readonly columns: number | undefined
  /** Prints a line of the result unwrapped, such as a command to copy or a link. */
  readonly say: (line: string) => void
  /** Prints a sentence of the result, wrapped to the terminal; later lines are indented by `hanging`. */
  readonly tell: (text: string, hanging?: number) => void
  /** Prints to stderr, so that the output of `--json` stays JSON. */
  readonly note: (text: string) => void
  readonly json: (value: unknown) => void
  /** Colours a text on a terminal only. */
  readonly paint: (style: Style, text: string) => string
}

export const createSession = (io: Io): Session => {
  const locale = localeOf(io.env)
  const hasColours = io.out.isTTY === true && !io.env.NO_COLOR
  const say = (line: string) => void io.out.write(`${line}\n`)
  const columns = widthOfScreen(io.out)
  const broken = (text: string, hanging: number, places: number | undefined) =>
    places === undefined
      ? text
      : text
          .split('\n')
          .flatMap((line) => wrap(line, places, hanging))
          .join('\n')
  return {
    ...io,
    // The local world moves its clock forward over waits, and gives the offset in this variable.
    now: () => io.now() + Number(io.env.PAYSCORE_CLOCK_OFFSET_MS ?? 0),
    machineNow: io.now,
    locale,
    t: (text) => text[locale],
    columns,
    say,
    tell: (text, hanging = 0) => say(broken(text, hanging, columns)),
    note: (text) => void io.err.write(`${broken(text, 0, widthOfScreen(io.err))}\n`),
    json: (value) => say(JSON.stringify(value, null, 2)),
    paint: (style, text) => (hasColours ? styleText(style, text, { validateStream: false }) : text),
  }
}

/** A terminal that does not report its width is taken as 80 columns wide. */
const widthOfScreen = ({ isTTY, columns }: Stream): number | undefined => (isTTY ? columns || 80 : undefined)

/** Shows progress after the first second. */
export type Progress = { readonly tell: (text: string) => void; readonly end: () => void }

/** On a terminal, one line that is rewritten; elsewhere a line every ten seconds. */
export const createProgress = ({ err, now }: Pick<Session, 'err' | 'now'>): Progress => {
  const startedAt = now()
  let toldAt = 0
  return {
    tell: (text) => {
      const at = now()
      if (at - startedAt < 1000 || at - toldAt < (err.isTTY ? 100 : 10_000)) return
      toldAt = at
      err.write(err.isTTY ? `\r\x1b[2K${text}` : `${text}\n`)
    },
    end: () => {
      if (toldAt > 0 && err.isTTY) err.write('\r\x1b[2K')
    },
  }
}
