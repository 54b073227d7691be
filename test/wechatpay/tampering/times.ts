import { type Family, signedAnew } from './tools.ts'

const SIGNED_AT = '1795487400'

export const alteredTimes: readonly Family[] = [
  [
    'signed more than five minutes ago, or ahead',
    ['stale'],
    signedAnew(() =>
      [
        ...['1795487103', '1795487102', '1795483800', '1763951400', '0000000000'],
        ...['1795487704', '1795487705', '1795491000', '1827023400', '9999999999'],
      ].map((timestamp) => ({ timestamp })),
    ),
  ],
  [
    'a timestamp that is not ten digits',
    ['timestamp'],
    signedAnew(() =>
      [
        ...[`${SIGNED_AT}000`, `${SIGNED_AT}.0`, `0${SIGNED_AT}`, `+${SIGNED_AT}`, `-${SIGNED_AT}`, `${SIGNED_AT}n`],
        ...['179548740', '1795487_00', '1.795487e9', '0x6B04B4A8', 'NaN', 'Infinity', 'null', '17954874OO'],
        ...['2026-11-24T10:30:00+08:00', 'Tue, 24 Nov 2026 02:30:00 GMT', '１７９５４８７４００', `${SIGNED_AT}\n`],
      ].map((timestamp) => ({ timestamp })),
    ),
  ],
]
