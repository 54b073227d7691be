import { type Family, otherValues, SIGNED_HEADERS, textOf, withLines, withValue } from './tools.ts'

const spaced = (text: string) => [
  ...[` ${text}`, `${text} `, `\t${text}`, `${text}\t`, `${text}\r\n`, `\n${text}`],
  ...[`${text}\u00a0`, `${text}\u0000`, `${text.slice(0, 5)} ${text.slice(5)}`],
]

export const alteredHeaders: readonly Family[] = [
  [
    'a header missing',
    ['header'],
    ({ answer }) => SIGNED_HEADERS.map((name) => ({ how: name, answer: withLines(answer, name, () => []) })),
  ],
  [
    'a header empty',
    ['header'],
    ({ answer }) => SIGNED_HEADERS.map((name) => ({ how: name, answer: withValue(answer, name, '') })),
  ],
  [
    'a header twice',
    ['header'],
    ({ answer }) =>
      SIGNED_HEADERS.flatMap((name) =>
        [name, name.toLowerCase(), name.toUpperCase()].flatMap((again) =>
          [textOf(answer, name), '1795487400', ''].flatMap((value) => [
            {
              how: `${again} after`,
              answer: withLines(answer, name, (right) => [
                [name, right],
                [again, value],
              ]),
            },
            {
              how: `${again} before`,
              answer: withLines(answer, name, (right) => [
                [again, value],
                [name, right],
              ]),
            },
          ]),
        ),
      ),
  ],
  [
    'a value twice in one header',
    ['timestamp', 'serial', 'signature'],
    (recorded) =>
      SIGNED_HEADERS.flatMap((name) =>
        otherValues(name, (value) => [`${value}, ${value}`, `${value},${value}`, `${value}${value}`])(recorded),
      ),
  ],
  [
    'a header under another name',
    ['header'],
    ({ answer }) =>
      SIGNED_HEADERS.flatMap((name) =>
        [name.replace('-', '_'), `X-${name}`, `${name} `, ` ${name}`, `${name}:`, name.slice(10)].map((other) => ({
          how: other,
          answer: withLines(answer, name, (value) => [[other, value]]),
        })),
      ),
  ],
  [
    'the values of two headers swapped, or one’s put into the other',
    ['timestamp', 'serial', 'signature'],
    ({ answer }) =>
      SIGNED_HEADERS.flatMap((one) =>
        SIGNED_HEADERS.filter((other) => other !== one).flatMap((other) => {
          const copied = withValue(answer, one, textOf(answer, other))
          const swapped = withValue(copied, other, textOf(answer, one))
          return [
            { how: `${one} from ${other}`, answer: copied },
            { how: `${one} for ${other}`, answer: swapped },
          ]
        }),
      ),
  ],
  [
    'white space about a value',
    ['header', 'timestamp', 'serial', 'signature'],
    (recorded) => SIGNED_HEADERS.flatMap((name) => otherValues(name, spaced)(recorded)),
  ],
  [
    'a value in another case',
    ['serial', 'signature'],
    (recorded) =>
      SIGNED_HEADERS.flatMap((name) =>
        otherValues(name, (value) => [value.toLowerCase(), value.toUpperCase()])(recorded),
      ),
  ],
]
